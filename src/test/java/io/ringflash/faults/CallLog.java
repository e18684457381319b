package io.ringflash.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What faulty devices and exchanges were asked to do, and what they should not have been asked to.
 */
public final class CallLog {
  /** A call of the engine seam, or of the exchange. */
  public enum Call {
    PREPARE,
    ALLOCATE,
    LOAD,
    COPY,
    FOLD,
    FINISH,
    CLOSE_BUFFER,
    CLOSE_SHARD,
    CLOSE_DEVICE,
    /** The exchange is to start a transfer. */
    POST,
    /** A transfer that was started has ended, and the exchange is to say so. */
    ARRIVAL,
    /** The exchange is to bring a block at once. */
    BRING
  }

  /**
   * One call.
   *
   * @param rank of the device
   * @param call that came
   * @param block that it was about: {@code joint}, the index of its first key, or empty
   */
  public record Event(int rank, Call call, String block) {}

  /**
   * One of a rank's calls.
   *
   * @param nth of such calls, from 0
   */
  public record Point(int rank, Call call, int nth) {}

  private final List<Event> events = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();

  public synchronized void add(Event event) {
    events.add(event);
  }

  /** Notes what the seam's contract forbids. */
  synchronized void violation(String what) {
    violations.add(what);
  }

  public synchronized List<Event> events() {
    return List.copyOf(events);
  }

  public synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  /** The blocks of all such calls to a rank, in order. */
  public synchronized List<String> blocks(int rank, Call call) {
    return events.stream()
        .filter(event -> event.rank() == rank && event.call() == call)
        .map(Event::block)
        .toList();
  }

  public synchronized long count(int rank, Call call) {
    return blocks(rank, call).size();
  }

  /** Where each call stands among those of its kind. */
  public synchronized List<Point> points() {
    Map<Event, Integer> counts = new HashMap<>();
    List<Point> points = new ArrayList<>();
    for (Event event : events) {
      Event kind = new Event(event.rank(), event.call(), "");
      int nth = counts.merge(kind, 1, Integer::sum) - 1;
      points.add(new Point(event.rank(), event.call(), nth));
    }
    return points;
  }

  /**
   * What is still open on a rank, in words.
   *
   * @return an empty text if nothing is
   */
  public synchronized String leftOpen(int rank) {
    long shards = count(rank, Call.PREPARE) - count(rank, Call.CLOSE_SHARD);
    long buffers = count(rank, Call.ALLOCATE) - count(rank, Call.CLOSE_BUFFER);
    return shards == 0 && buffers == 0
        ? ""
        : "rank %d has %d shards and %d buffers open".formatted(rank, shards, buffers);
  }

  /** Buffers that were alive at once on a rank, at most. */
  public synchronized int mostBuffers(int rank) {
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
