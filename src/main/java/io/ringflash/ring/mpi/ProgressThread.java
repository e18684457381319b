package io.ringflash.ring.mpi;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Starts transfers and asks again and again whether they are done, which is what makes them move.
 * It sleeps between questions, as the cores belong to the computation.
 */
final class ProgressThread implements AutoCloseable {
  /** While blocks travel: short against their transfer, long against a question. */
  private static final long PAUSE_NANOS = 50_000;

  /** While nothing but a sign of life is awaited. */
  private static final long LONG_PAUSE_NANOS = 500_000;

  /** So soon after a message the next one may come. */
  private static final long LIVELY_NANOS = 2_000_000;

  /** In a row: each of them moves a piece of what has come meanwhile. */
  private static final int QUESTIONS = 4;

  private record Submission(Message message, CompletableFuture<Void> done) {}

  private final ConcurrentLinkedQueue<Submission> submissions = new ConcurrentLinkedQueue<>();
  private final Requests requests;
  private final Thread thread;
  private volatile boolean closing;
  private long lastAnswer;

  private ProgressThread(Mpi mpi) {
    this.requests = new Requests(mpi);
    this.thread = Thread.ofPlatform().daemon().name("ringflash-mpi-progress").unstarted(this::run);
  }

  static ProgressThread start(Mpi mpi) {
    ProgressThread progress = new ProgressThread(mpi);
    progress.thread.start();
    return progress;
  }

  /** Starts a transfer soon; the future is done when the transfer is. */
  CompletableFuture<Void> submit(Message message) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    submissions.add(new Submission(message, done));
    LockSupport.unpark(thread);
    return done;
  }

  /** Ends the thread; transfers that are not done stay so. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closing) {
      if (requests.isEmpty() && submissions.isEmpty()) {
        LockSupport.park(this);
      }
      try {
        ask();
      } catch (RuntimeException e) {
        requests.failAll(e);
      }
      if (submissions.isEmpty()) {
        LockSupport.parkNanos(this, pause());
      }
    }
  }

  private long pause() {
    boolean lively = System.nanoTime() - lastAnswer < LIVELY_NANOS;
    return lively || requests.hasLong() ? PAUSE_NANOS : LONG_PAUSE_NANOS;
  }

  private void ask() {
    int unanswered = 0;
    while (unanswered < QUESTIONS) {
      startSubmissions();
      boolean answered = requests.completeSome();
      lastAnswer = answered ? System.nanoTime() : lastAnswer;
      unanswered = answered ? 0 : unanswered + 1;
    }
  }

  private void startSubmissions() {
    for (Submission next = submissions.poll(); next != null; next = submissions.poll()) {
      CompletableFuture<Void> done = next.done();
      try {
        requests.start(next.message(), done);
      } catch (RuntimeException e) {
        done.completeExceptionally(e);
      }
    }
  }
}
