package io.ringflash.experiment.plan;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Simulated time: actions happen in the order of their instants, then in that of their making. */
final class EventQueue {
  private record Event(double time, long number, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingDouble(Event::time).thenComparingLong(Event::number));
  private double now;
  private long made;

  double now() {
    return now;
  }

  /** Lets {@code action} happen {@code seconds} from now. */
  void after(double seconds, Runnable action) {
    events.add(new Event(now + seconds, made++, action));
  }

  /** What lets {@code action} happen when it is called for the {@code calls}-th time. */
  static Runnable last(int calls, Runnable action) {
    int[] left = {calls};
    return () -> {
      if (--left[0] == 0) {
        action.run();
      }
    };
  }

  /** Runs until nothing is left to happen. */
  void run() {
    for (Event event = events.poll(); event != null; event = events.poll()) {
      now = event.time();
      event.action().run();
    }
  }
}
