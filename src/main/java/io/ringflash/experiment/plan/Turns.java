package io.ringflash.experiment.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cores that more threads than cores take turns on, as a system's fair scheduler deals them out:
 * the next turn is that of the thread that has had least.
 *
 * <p>Threads that all advance at once, each with its share, would wait for each other at the same
 * moments, with idle cores; those that take turns do not.
 */
final class Turns {
  /** Shorter turns change nothing but the number of events. */
  private static final double SHORTEST = 2e-4;

  /** Less work than this is none: times are sums of rounded numbers. */
  private static final double NOTHING = 1e-12;

  private final EventQueue queue;
  private final double turnSeconds;
  private final double[] had;
  private final List<Job> waiting = new ArrayList<>();
  private final List<Job> running = new ArrayList<>();
  private int idle;

  private static final class Job {
    private final int thread;
    private final Runnable done;
    private double left;

    Job(int thread, double seconds, Runnable done) {
      this.thread = thread;
      this.left = seconds;
      this.done = done;
    }
  }

  /**
   * @param threads that there are
   * @param turnSeconds after which a thread makes way for another one
   */
  Turns(EventQueue queue, int cores, int threads, double turnSeconds) {
    this.queue = queue;
    this.idle = cores;
    this.turnSeconds = Math.max(SHORTEST, turnSeconds);
    this.had = new double[threads];
  }

  /**
   * Begins a job of a thread. One that has slept comes before those that have not, by one turn, and
   * does not catch up on more.
   */
  void start(int thread, double seconds, Runnable done) {
    had[thread] = Math.max(had[thread], leastActive() - turnSeconds);
    waiting.add(new Job(thread, seconds, done));
    dispatch();
  }

  private double leastActive() {
    double least = Double.POSITIVE_INFINITY;
    for (List<Job> jobs : List.of(waiting, running)) {
      for (Job job : jobs) {
        least = Math.min(least, had[job.thread]);
      }
    }
    return least == Double.POSITIVE_INFINITY ? Arrays.stream(had).max().orElse(0) : least;
  }

  private void dispatch() {
    while (idle > 0 && !waiting.isEmpty()) {
      Job next = waiting.getFirst();
      for (Job job : waiting) {
        next = had[job.thread] < had[next.thread] ? job : next;
      }
      waiting.remove(next);
      running.add(next);
      idle--;
      Job chosen = next;
      double turn = Math.min(turnSeconds, chosen.left);
      queue.after(turn, () -> endTurn(chosen, turn));
    }
  }

  private void endTurn(Job job, double turn) {
    had[job.thread] += turn;
    job.left -= turn;
    running.remove(job);
    idle++;
    if (job.left > NOTHING) {
      waiting.add(job);
    } else {
      job.done.run();
    }
    dispatch();
  }
}
