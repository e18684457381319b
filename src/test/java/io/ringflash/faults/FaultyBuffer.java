package io.ringflash.faults;

import io.ringflash.engine.KeyValueBuffer;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A device's buffer that knows when it is used as it must not be. */
final class FaultyBuffer implements KeyValueBuffer {
  /** What it is used for. */
  enum State {
    IDLE,
    LOADING,
    FOLDING,
    CLOSED
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
  private final KeyValueBuffer buffer;
  private final Set<String> candidates;
  private final Consumer<String> violation;
  private final Runnable closing;
  private volatile String block = "nothing";
  private final AtomicInteger readers = new AtomicInteger();

  /**
   * @param buffer the device's own
   * @param candidates blocks that it has room for
   * @param violation hears of misuse
   * @param closing called before it closes
   */
  FaultyBuffer(
      KeyValueBuffer buffer, Set<String> candidates, Consumer<String> violation, Runnable closing) {
    this.buffer = buffer;
    this.candidates = candidates;
    this.violation = violation;
    this.closing = closing;
  }

  KeyValueBuffer buffer() {
    return buffer;
  }

  /** The block that is in it. */
  String block() {
    return block;
  }

  /** Another block comes in. */
  void receive(String name) {
    if (!candidates.contains(name)) {
      violation.accept("block %s has no room in a buffer for %s".formatted(name, candidates));
    }
    block = name;
  }

  void whileIn(State during, Runnable work) {
    change(State.IDLE, during);
    try {
      work.run();
    } finally {
      change(during, State.IDLE);
    }
  }

  /** Another device copies {@code expected} from here; folding goes on. */
  void whileRead(String expected, Runnable work) {
    readers.incrementAndGet();
    requireHeld(expected);
    try {
      work.run();
    } finally {
      requireHeld(expected);
      readers.decrementAndGet();
    }
  }

  private void requireHeld(String expected) {
    State present = state.get();
    if (present == State.LOADING || present == State.CLOSED || !block.equals(expected)) {
      violation.accept(
          "block %s was copied from a buffer that was %s and had %s"
              .formatted(expected, present, block));
    }
  }

  @Override
  public void close() {
    change(State.IDLE, State.CLOSED);
    try {
      closing.run();
    } finally {
      buffer.close();
    }
  }

  private void change(State expected, State next) {
    if (readers.get() > 0 && (next == State.LOADING || next == State.CLOSED)) {
      violation.accept("a buffer became %s while it was copied".formatted(next));
    }
    State actual = state.getAndSet(next);
    if (actual != expected) {
      violation.accept("a buffer became %s while %s".formatted(next, actual));
    }
  }
}
