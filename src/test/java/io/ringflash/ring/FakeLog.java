package io.ringflash.ring;

import java.util.ArrayList;
import java.util.List;

/** What fake devices were asked to do, and what they should not have been asked to. */
final class FakeLog {
  /** A call of the engine seam. */
  enum Call {
    PREPARE,
    ALLOCATE,
    LOAD,
    COPY,
    FOLD,
    FINISH,
    CLOSE_BUFFER,
    CLOSE_SHARD,
    CLOSE_DEVICE
  }

  /**
   * One call.
   *
   * @param rank of the device
   * @param call that came
   * @param block that it was about: {@code joint}, the index of its first key, or empty
   */
  record Event(int rank, Call call, String block) {}

  private final List<Event> events = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();

  synchronized void add(Event event) {
    events.add(event);
  }

  /** Notes what the seam's contract forbids. */
  synchronized void violation(String what) {
    violations.add(what);
  }

  synchronized List<Event> events() {
    return List.copyOf(events);
  }

  synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  /** The blocks of all such calls to a rank, in order. */
  synchronized List<String> blocks(int rank, Call call) {
    return events.stream()
        .filter(event -> event.rank() == rank && event.call() == call)
        .map(Event::block)
        .toList();
  }

  synchronized long count(int rank, Call call) {
    return blocks(rank, call).size();
  }

  /** Buffers that were alive at once on a rank, at most. */
  synchronized int mostBuffers(int rank) {
    int alive = 0;
    int most = 0;
    for (Event event : events) {
      if (event.rank() == rank) {
        alive += event.call() == Call.ALLOCATE ? 1 : 0;
        alive -= event.call() == Call.CLOSE_BUFFER ? 1 : 0;
        most = Math.max(most, alive);
      }
    }
    return most;
  }
}
