package io.ringflash.experiment.plan;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Something that several jobs use at once and that divides its capacity evenly among them, as
 * processors and links do; what a job cannot use goes to the others.
 */
final class Resource {
  /** Less work than this is none: times are sums of rounded numbers. */
  private static final double NOTHING = 1e-15;

  private final EventQueue queue;
  private final double capacity;
  private final List<Job> jobs = new ArrayList<>();
  private double lastChange;
  private long plan;

  private static final class Job {
    private final double maxRate;
    private final Runnable done;
    private double left;
    private double rate;

    Job(double work, double maxRate, Runnable done) {
      this.left = work;
      this.maxRate = maxRate;
      this.done = done;
    }

    boolean isDone() {
      return left <= NOTHING;
    }
  }

  /**
   * @param capacity units of work a second, of all jobs together
   */
  Resource(EventQueue queue, double capacity) {
    this.queue = queue;
    this.capacity = capacity;
  }

  /**
   * Begins a job.
   *
   * @param work in units
   * @param maxRate units a second that it can use
   * @param done happens when it ends
   */
  void start(double work, double maxRate, Runnable done) {
    advance();
    jobs.add(new Job(work, maxRate, done));
    planNextEnd();
  }

  private void advance() {
    double elapsed = queue.now() - lastChange;
    jobs.forEach(job -> job.left -= job.rate * elapsed);
    lastChange = queue.now();
  }

  private void planNextEnd() {
    divide();
    long current = ++plan;
    double next = Double.POSITIVE_INFINITY;
    for (Job job : jobs) {
      next = Math.min(next, job.isDone() ? 0 : job.left / job.rate);
    }
    if (!jobs.isEmpty()) {
      queue.after(next, () -> end(current));
    }
  }

  /** The first job to end, unless another one has begun or ended since. */
  private void end(long planned) {
    if (planned != plan) {
      return;
    }
    advance();
    List<Runnable> ended = new ArrayList<>();
    Job shortest = jobs.getFirst();
    for (Job job : jobs) {
      shortest = job.left / job.rate < shortest.left / shortest.rate ? job : shortest;
    }
    // Rounding may leave a rest of the job that this event is about.
    shortest.left = 0;
    for (Iterator<Job> i = jobs.iterator(); i.hasNext(); ) {
      Job job = i.next();
      if (job.isDone()) {
        i.remove();
        ended.add(job.done);
      }
    }
    planNextEnd();
    ended.forEach(Runnable::run);
  }

  /** Everybody's even share, less than that for those who cannot use it. */
  private void divide() {
    jobs.forEach(job -> job.rate = 0);
    double free = capacity;
    int hungry = jobs.size();
    boolean changed = true;
    while (changed && hungry > 0) {
      changed = false;
      double share = free / hungry;
      for (Job job : jobs) {
        if (job.rate == 0 && job.maxRate <= share) {
          job.rate = job.maxRate;
          free -= job.maxRate;
          hungry--;
          changed = true;
        }
      }
    }
    for (Job job : jobs) {
      if (job.rate == 0) {
        job.rate = free / hungry;
      }
    }
  }
}
