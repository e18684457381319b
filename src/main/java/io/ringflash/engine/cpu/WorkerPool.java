package io.ringflash.engine.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The worker threads of one virtual device. The calling thread works too, so a pool of one thread
 * owns none; several callers may run work at once and share the helpers.
 */
final class WorkerPool implements AutoCloseable {
  /** One piece of work. */
  @FunctionalInterface
  interface Work {
    /**
     * @param item 0 to items − 1, each once
     */
    void run(int item);
  }

  /** A thread computes about as much in the time that it takes to wake it. */
  private static final long OPERATIONS_PER_THREAD = 8_000_000;

  private final int threads;
  private final ThreadPoolExecutor helpers;

  WorkerPool(String name, int threads) {
    this(threads, Thread.ofPlatform().daemon().name(name + "-worker-", 0).factory());
  }

  /** A pool whose helpers are threads of {@code factory}. */
  WorkerPool(int threads, ThreadFactory factory) {
    this.threads = threads;
    int helperCount = Math.max(1, threads - 1);
    this.helpers =
        new ThreadPoolExecutor(
            helperCount, helperCount, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    helpers.allowCoreThreadTimeOut(true);
  }

  /** Threads that work on one {@link #run}, the caller's included. */
  int threads() {
    return threads;
  }

  /** Runs all items on as many threads as are free. */
  void run(int items, Work work) {
    run(items, Long.MAX_VALUE, work);
  }

  /**
   * Runs all items on as many threads as are free and worth waking; the first failure ends the
   * others and is thrown.
   *
   * @param operations floating-point operations of all items together, roughly
   */
  void run(int items, long operations, Work work) {
    AtomicInteger next = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Runnable worker =
        () -> {
          try {
            for (int item = next.getAndIncrement(); item < items; item = next.getAndIncrement()) {
              work.run(item);
            }
          } catch (Throwable e) {
            failure.compareAndSet(null, e);
            next.set(items);
          }
        };
    long worthwhile = Math.ceilDiv(operations, OPERATIONS_PER_THREAD);
    int helperCount = (int) Math.min(Math.min(threads, items), worthwhile) - 1;
    CountDownLatch running = new CountDownLatch(Math.max(0, helperCount));
    List<Runnable> tasks = new ArrayList<>();
    for (int i = 0; i < helperCount; i++) {
      Runnable task =
          () -> {
            worker.run();
            running.countDown();
          };
      try {
        helpers.execute(task);
        tasks.add(task);
      } catch (Throwable e) {
        // No thread to be had: what the others have begun still has to end before this does.
        failure.compareAndSet(null, e);
        next.set(items);
        running.countDown();
      }
    }
    worker.run();
    for (Runnable task : tasks) {
      // One that has not begun would find nothing left to do: don't wait for its turn.
      if (helpers.remove(task)) {
        running.countDown();
      }
    }
    awaitUninterruptibly(running);
    rethrow(failure.get());
  }

  /** Ends the threads; work that is being run is run to its end. */
  @Override
  public void close() {
    helpers.shutdown();
  }

  /** Helpers touch memory that the caller frees next, so it must not leave before they do. */
  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void rethrow(@Nullable Throwable failure) {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }
}
