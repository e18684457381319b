package io.ringflash.cli;

import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.ring.process.Watch;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * This process's part in a job. Usually it is all of it; of several processes that {@code mpirun}
 * started, the first one speaks for all, and none outlives a failure of another.
 */
final class Job {
  private static final long TICK_MILLIS = 100;

  /** What a loss leaves to do (removing files, closing devices) takes no longer. */
  private static final long CLEANUP_SECONDS = 2;

  /** A failed process waits to be ended by the first one, and then ends itself. */
  private static final long PATIENCE_SECONDS = 8;

  private final ProcessGroup processes;
  private final int localProcesses;
  private final @Nullable Watch watch;
  private final AtomicBoolean said = new AtomicBoolean();
  private final CountDownLatch workEnded = new CountDownLatch(1);
  private volatile boolean watching = true;
  private volatile boolean failed;

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
    return speaks() && said.compareAndSet(false, true);
  }

  /** Names this process in a message, if it is one of several. */
  String prefix() {
    return processes.size() == 1 ? "" : processes.describe() + ": ";
  }

  /** This process has failed: the others end, too. */
  void fail(String message, int exitCode) {
    failed = true;
    if (watch != null) {
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
    if (watch == null) {
      return exitCode;
    }
    if (failed) {
      endAll(exitCode);
    }
    int common = processes.broadcast(Integer.class, exitCode);
    processes.barrier();
    watch.finish();
    watching = false;
    processes.close();
    return common;
  }

  /**
   * The process was told to end, as all are when one of them has died. They have a moment, in which
   * it shows who is missing; the first living one says so.
   */
  void terminated() {
    if (watch != null && workEnded.getCount() > 0 && !failed) {
      sleep(TimeUnit.NANOSECONDS.toMillis(Watch.RECENT_NANOS) + TICK_MILLIS);
      if (watch.speaks() && said.compareAndSet(false, true)) {
        say(watch.missing().map(Watch.Loss::message).orElse("interrupted"));
      }
    }
  }

  /** Whether {@link #terminated} speaks for this process. */
  boolean hasSpeaker() {
    return watch != null;
  }

  private void keepWatch(Watch watch, Thread worker) {
    while (watching) {
      watch.tick();
      watch.loss().ifPresent(loss -> endBecause(loss, worker));
      sleep(TICK_MILLIS);
    }
  }

  private void endBecause(Watch.Loss loss, Thread worker) {
    failed = true;
    if (said.compareAndSet(false, true)) {
      say(loss.message());
    }
    fail(loss.message(), loss.exitCode());
    worker.interrupt();
    await(workEnded, CLEANUP_SECONDS);
    processes.abort(loss.exitCode());
  }

  private void endAll(int exitCode) {
    if (!processes.isFirst()) {
      sleep(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    }
    processes.abort(exitCode);
  }

  private static void say(String message) {
    System.err.println("ringflash: " + message);
    System.err.flush();
  }

  private static void await(CountDownLatch latch, long seconds) {
    try {
      boolean inTime = latch.await(seconds, TimeUnit.SECONDS);
      assert inTime || seconds > 0;
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
