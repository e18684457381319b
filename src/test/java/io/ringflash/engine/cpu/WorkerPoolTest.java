package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPoolTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void runsEveryItemOnce(int threads) {
    try (WorkerPool pool = new WorkerPool("test", threads)) {
      for (int items : new int[] {0, 1, 2, 7, 1000}) {
        AtomicIntegerArray counts = new AtomicIntegerArray(Math.max(1, items));
        pool.run(items, counts::incrementAndGet);
        for (int item = 0; item < items; item++) {
          assertThat(counts.get(item)).isOne();
        }
      }
      assertThat(pool.threads()).isEqualTo(threads);
    }
  }

  @Test
  void oneThreadIsTheCallers() {
    Set<Thread> used = ConcurrentHashMap.newKeySet();
    try (WorkerPool pool = new WorkerPool("test", 1)) {
      pool.run(20, item -> used.add(Thread.currentThread()));
    }
    assertThat(used).containsExactly(Thread.currentThread());
  }

  /** Waking a thread takes as long as a small problem. */
  @Test
  void littleWorkStaysInTheCallersThread() {
    Set<Thread> used = ConcurrentHashMap.newKeySet();
    try (WorkerPool pool = new WorkerPool("test", 4)) {
      pool.run(100, 1000, item -> used.add(Thread.currentThread()));
      pool.run(100, 0, item -> used.add(Thread.currentThread()));
    }
    assertThat(used).containsExactly(Thread.currentThread());
  }

  /** Three items that end only when all have begun: less than three threads would hang. */
  @Test
  void usesAllItsThreads() {
    Set<Thread> used = ConcurrentHashMap.newKeySet();
    CountDownLatch begun = new CountDownLatch(3);
    try (WorkerPool pool = new WorkerPool("test", 3)) {
      pool.run(
          3,
          item -> {
            used.add(Thread.currentThread());
            begun.countDown();
            await(begun);
          });
    }
    assertThat(used).hasSize(3).contains(Thread.currentThread());
  }

  @Test
  void theFirstFailureEndsTheRest() {
    for (RuntimeException failure :
        List.of(new IllegalStateException("boom"), new IndexOutOfBoundsException("boom"))) {
      try (WorkerPool pool = new WorkerPool("test", 4)) {
        AtomicInteger begun = new AtomicInteger();
        assertThatThrownBy(() ->
                pool.run(
                    1_000_000,
                    item -> {
                      begun.incrementAndGet();
                      throw failure;
                    }))
            .isSameAs(failure);
        assertThat(begun.get()).isLessThanOrEqualTo(4);
        // It works on.
        pool.run(4, item -> {});
      }
    }
  }

  @Test
  void errorsComeOutAsTheyAre() {
    try (WorkerPool pool = new WorkerPool("test", 2)) {
      OutOfMemoryError error = new OutOfMemoryError("no more");
      assertThatThrownBy(() ->
              pool.run(
                  5,
                  item -> {
                    throw error;
                  }))
          .isSameAs(error);
    }
  }

  /** A helper's failure is the caller's, and the caller leaves only when all helpers have. */
  @Test
  void aHelpersFailureReachesTheCaller() {
    CountDownLatch failed = new CountDownLatch(1);
    AtomicInteger working = new AtomicInteger();
    Thread caller = Thread.currentThread();
    try (WorkerPool pool = new WorkerPool("test", 2)) {
      Throwable thrown =
          catchThrowable(() ->
              pool.run(
                  2,
                  item -> {
                    working.incrementAndGet();
                    if (Thread.currentThread() == caller) {
                      await(failed);
                      working.decrementAndGet();
                    } else {
                      working.decrementAndGet();
                      failed.countDown();
                      throw new IllegalStateException("helper");
                    }
                  }));
      assertThat(thrown).hasMessage("helper");
      assertThat(working).hasValue(0);
    }
  }

  /** As a fold and the load of the next block do. */
  @Test
  void severalCallersShareIt() {
    int callers = 6;
    AtomicIntegerArray counts = new AtomicIntegerArray(callers * 500);
    try (WorkerPool pool = new WorkerPool("test", 3)) {
      List<Thread> threads = new ArrayList<>();
      for (int caller = 0; caller < callers; caller++) {
        int first = caller * 500;
        threads.add(
            Thread.ofPlatform()
                .start(() -> pool.run(500, item -> counts.incrementAndGet(first + item))));
      }
      threads.forEach(WorkerPoolTest::join);
    }
    for (int item = 0; item < counts.length(); item++) {
      assertThat(counts.get(item)).isOne();
    }
  }

  /** The only helper is busy with another caller's work: nobody waits for its turn. */
  @Test
  void doesNotWaitForBusyHelpers() {
    CountDownLatch busy = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    try (WorkerPool pool = new WorkerPool("test", 2)) {
      Thread other = Thread.ofPlatform().start(() -> pool.run(2, item -> occupy(busy, release)));
      await(busy);
      AtomicInteger done = new AtomicInteger();
      pool.run(10, item -> done.incrementAndGet());
      assertThat(done).hasValue(10);
      release.countDown();
      join(other);
    }
  }

  @Test
  void anInterruptedCallerStillWaitsForItsHelpers() {
    CountDownLatch begun = new CountDownLatch(2);
    AtomicInteger ended = new AtomicInteger();
    Thread caller = Thread.currentThread();
    try (WorkerPool pool = new WorkerPool("test", 2)) {
      pool.run(
          2,
          item -> {
            begun.countDown();
            await(begun);
            if (Thread.currentThread() == caller) {
              Thread.currentThread().interrupt();
            } else {
              awaitWaiting(caller);
            }
            ended.incrementAndGet();
          });
      assertThat(Thread.interrupted()).isTrue();
      assertThat(ended).hasValue(2);
    }
  }

  /** At the system's limit of threads: those that work already must end before the caller goes. */
  @Test
  void aRefusedThreadIsAFailureThatWaitsForTheOthers() {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger threads = new AtomicInteger();
    ThreadFactory factory =
        work -> {
          if (threads.getAndIncrement() == 0) {
            return new Thread(work);
          }
          await(begun);
          throw new OutOfMemoryError("unable to create native thread");
        };
    AtomicBoolean ended = new AtomicBoolean();
    Thread caller = Thread.currentThread();
    try (WorkerPool pool = new WorkerPool(3, factory)) {
      Throwable thrown =
          catchThrowable(() ->
              pool.run(
                  3,
                  item -> {
                    begun.countDown();
                    awaitWaiting(caller);
                    ended.set(true);
                  }));
      assertThat(thrown).isInstanceOf(OutOfMemoryError.class);
      assertThat(ended).isTrue();
    }
  }

  /** Whoever closes a pool too early must not leave a caller waiting for a helper's task. */
  @Test
  void closingDoesNotStrandACaller() {
    CountDownLatch busy = new CountDownLatch(2);
    CountDownLatch callerBusy = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    WorkerPool pool = new WorkerPool("test", 2);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread first = Thread.ofPlatform().start(() -> pool.run(2, item -> occupy(busy, release)));
    await(busy);
    Thread second =
        Thread.ofPlatform()
            .start(() ->
                thrown.set(catchThrowable(() -> pool.run(2, item -> occupy(callerBusy, release)))));
    await(callerBusy);
    pool.close();
    release.countDown();
    join(first);
    join(second);
    assertThat(thrown.get()).isNull();
  }

  @Test
  void closingEndsItsThreads() {
    Set<Thread> used = ConcurrentHashMap.newKeySet();
    CountDownLatch begun = new CountDownLatch(3);
    try (WorkerPool pool = new WorkerPool("test", 3)) {
      pool.run(
          3,
          item -> {
            used.add(Thread.currentThread());
            begun.countDown();
            await(begun);
          });
    }
    used.remove(Thread.currentThread());
    used.forEach(WorkerPoolTest::join);
  }

  private static void occupy(CountDownLatch begun, CountDownLatch release) {
    begun.countDown();
    await(release);
  }

  private static void awaitWaiting(Thread thread) {
    AtomicBoolean waiting = new AtomicBoolean();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!waiting.get() && System.nanoTime() < deadline) {
      waiting.set(thread.getState() == Thread.State.WAITING);
      Thread.onSpinWait();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new AssertionError("what this waits for never came");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertThat(thread.isAlive()).as("%s is still running", thread.getName()).isFalse();
  }
}
