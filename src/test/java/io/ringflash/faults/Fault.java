package io.ringflash.faults;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.StopSignal;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.CallLog.Event;
import io.ringflash.faults.CallLog.Point;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One fault at one call of one device or its exchange, in virtual time. */
public final class Fault implements Interference {
  /** Ways to misbehave. */
  public enum Kind {
    /** Throws an exception in place of working. */
    EXCEPTION,
    /** Throws an error, as where memory ends. */
    ERROR,
    /** Does not begin to work until it is released. */
    HANG,
    /** Works, and does not say so until it is released. */
    LOST_COMPLETION,
    /** Takes a hundred times as long as is planned for the shortest call. */
    SLOW,
    /** A block arrives in which one bit is another. */
    FLIPPED_BIT;

    /** Whether there is such a fault of a call. */
    public boolean befalls(Call call) {
      return switch (this) {
        case EXCEPTION, ERROR, HANG, SLOW -> call != Call.CLOSE_DEVICE;
        case LOST_COMPLETION ->
            switch (call) {
              case LOAD, FOLD, FINISH, ARRIVAL, BRING -> true;
              default -> false;
            };
        case FLIPPED_BIT -> call == Call.LOAD || call == Call.POST || call == Call.BRING;
      };
    }
  }

  private static final long SLOW_SECONDS = 50;

  private final VirtualTime time;
  private final Point point;
  private final Kind kind;
  private int calls;
  private boolean released;
  private @Nullable Event struck;

  /**
   * @param point call that goes wrong
   */
  public Fault(VirtualTime time, Point point, Kind kind) {
    this.time = time;
    this.point = point;
    this.kind = kind;
  }

  /** The call that went wrong, or null if none has. */
  public @Nullable Event struck() {
    return struck;
  }

  /** Whoever hangs may go on. */
  public void release() {
    released = true;
  }

  @Override
  public void during(Event event, StopSignal stop) {
    time.pause();
    if (event.rank() == point.rank() && event.call() == point.call() && calls++ == point.nth()) {
      struck = event;
      strike();
    }
  }

  @Override
  public void afterwards(Event event, StopSignal stop) {
    if (kind == Kind.LOST_COMPLETION && event == struck) {
      time.pauseUntil(() -> released);
    }
    time.pause();
  }

  @Override
  public KeyValueBlock travelling(Event event, KeyValueBlock block) {
    return kind == Kind.FLIPPED_BIT && event == struck ? DamagedBlock.of(block) : block;
  }

  private void strike() {
    switch (kind) {
      case EXCEPTION -> throw new IllegalStateException("boom");
      case ERROR -> throw new OutOfMemoryError("boom");
      case HANG -> time.pauseUntil(() -> released);
      case SLOW -> time.spend(SLOW_SECONDS, TimeUnit.SECONDS);
      case LOST_COMPLETION, FLIPPED_BIT -> {
        // Later.
      }
    }
  }
}
