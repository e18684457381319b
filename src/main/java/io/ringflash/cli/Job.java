package io.ringflash.cli;

import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.ring.process.Watch;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * This process's part in a job. Usually it is all of it; of several processes that {@code mpirun}
 * started, the first one speaks for all, and none outlives a failure of another.
 */
final class Job {
  private static final long TICK_MILLIS = 50;

  /** What a loss leaves to do (removing files, closing devices) takes no longer. */
  private static final long CLEANUP_SECONDS = 2;

  /** A failed process waits to be ended by the first one, and then ends itself. */
  private static final long PATIENCE_NANOS = 8_000_000_000L;

  private final ProcessGroup processes;
  private final int localProcesses;
  private final @Nullable Watch watch;
  private final AtomicBoolean said = new AtomicBoolean();
  private final AtomicBoolean aborting = new AtomicBoolean();
  private final CountDownLatch workEnded = new CountDownLatch(1);
  private volatile boolean watching = true;

  /** The exit code of a job that fails; 0 as long as it does not. */
  private final AtomicInteger failure = new AtomicInteger();

  private Job(ProcessGroup processes, int localProcesses) {
    this.processes = processes;
    this.localProcesses = localProcesses;
    this.watch = processes.size() == 1 ? null : new Watch(processes, System::nanoTime);
  }

  /** A job of one process. */
  static Job alone() {
    return new Job(ProcessGroup.alone(), 1);
  }

  /**
   * Joins the processes that were started together, and watches over them.
   *
   * @param worker interrupted when another process is lost
   */
  static Job join(Launch launch, Thread worker) {
    Job job = new Job(launch.processes(), launch.localProcesses());
    if (job.watch != null) {
      Thread.ofPlatform()
          .daemon()
          .name("ringflash-watch")
          .start(() -> job.keepWatch(job.watch, worker));
    }
    return job;
  }

  /** The job that a command belongs to. */
  static Job of(CommandSpec spec) {
    return ((RingFlashCommand) spec.root().userObject()).job();
  }

  ProcessGroup processes() {
    return processes;
  }

  /** Cores that this process may keep busy: its share of the machine's. */
  int cores() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / localProcesses);
  }

  /** Whether this process prints. */
  boolean speaks() {
    return processes.isFirst();
  }

  /** Whether a failure is this one's to print, as the first one of the job. */
  boolean mayReport() {
    return speaks() && !isGivenUp() && said.compareAndSet(false, true);
  }

  /**
   * A message to or from another process has failed: it may have died, which the watch will say in
   * a moment.
   */
  void awaitTheWatch() {
    long deadline = System.nanoTime() + Watch.RECENT_NANOS;
    while (watch != null && !said.get() && !watch.isEnding() && System.nanoTime() < deadline) {
      sleep(TICK_MILLIS / 5);
    }
  }

  /** Whether the job was ended without this process, which stood still meanwhile. */
  private boolean isGivenUp() {
    long deadline = System.nanoTime() + Watch.RECENT_NANOS;
    while (watch != null
        && watch.hasStoodStill()
        && !watch.isEnding()
        && System.nanoTime() < deadline) {
      sleep(TICK_MILLIS / 5);
    }
    return watch != null && watch.isEnding();
  }

  /**
   * Names this process in a message of its own, if it is one of several; the watch names others.
   */
  String prefix() {
    return watch == null || !speaks() ? "" : processes.describe() + ": ";
  }

  /** This process has failed: the others end, too. */
  void fail(String message, int exitCode) {
    failure.compareAndSet(0, exitCode);
    if (watch == null) {
      return;
    }
    if (speaks()) {
      watch.end();
    } else {
      watch.fail(message, exitCode);
    }
  }

  /**
   * Ends this process's part.
   *
   * @return the exit code of all processes
   */
  int end(int exitCode) {
    workEnded.countDown();
    if (failure.get() == ExitCode.INTERRUPTED) {
      return exitCode; // The process is being ended already.
    }
    if (failure.get() != 0 && watch != null) {
      endAll();
    }
    int common = processes.broadcast(Integer.class, exitCode);
    processes.barrier();
    if (watch != null) {
      watch.finish();
    }
    watching = false;
    processes.close();
    return common;
  }

  /**
   * The process was told to end, as all are when one of them has died; the first living one says
   * who. Open MPI 4 tells them a second after the death, and leaves them less than half a second.
   */
  void terminated() {
    if (watch != null) {
      Optional<Watch.Loss> missing = awaitMissing(watch);
      if (watch.speaks() && said.compareAndSet(false, true)) {
        // Machines do not end at one moment: who goes first is not the one that is missing.
        watch.end();
        say(missing.map(Watch.Loss::message).orElse("interrupted"));
      }
    }
  }

  /** Who died may have been heard of a moment ago. */
  private static Optional<Watch.Loss> awaitMissing(Watch watch) {
    long deadline = System.nanoTime() + Watch.RECENT_NANOS + TICK_MILLIS * 1_000_000;
    Optional<Watch.Loss> missing = watch.missing();
    while (missing.isEmpty() && System.nanoTime() < deadline) {
      sleep(TICK_MILLIS / 5);
      missing = watch.missing();
    }
    return missing;
  }

  /** Whether there is work that an end of the process would cut short. */
  boolean isWorking() {
    return workEnded.getCount() > 0 && failure.get() == 0;
  }

  /**
   * The work has been interrupted.
   *
   * @return whether somebody else says so
   */
  boolean interrupted() {
    failure.compareAndSet(0, ExitCode.INTERRUPTED);
    return watch != null;
  }

  private void keepWatch(Watch watch, Thread worker) {
    while (watching) {
      watch.tick();
      watch.loss().ifPresent(loss -> endBecause(watch, loss, worker));
      sleep(TICK_MILLIS);
    }
  }

  private void endBecause(Watch watch, Watch.Loss loss, Thread worker) {
    if (said.compareAndSet(false, true)) {
      say(loss.message());
    }
    failure.compareAndSet(0, loss.exitCode());
    watch.end();
    worker.interrupt();
    await(workEnded, CLEANUP_SECONDS);
    abort();
  }

  private void endAll() {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!processes.isFirst() && System.nanoTime() < deadline) {
      // An interrupt is how the first process's end of the job begins to show.
      Thread.interrupted();
      sleep(TICK_MILLIS);
    }
    abort();
  }

  /** Does not return. */
  private void abort() {
    if (aborting.compareAndSet(false, true)) {
      processes.abort(failure.get());
    }
    while (true) {
      LockSupport.park(this);
    }
  }

  private static void say(String message) {
    System.err.println("ringflash: " + message);
    System.err.flush();
  }

  private static void await(CountDownLatch latch, long seconds) {
    try {
      boolean ignored = latch.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
