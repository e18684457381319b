package io.ringflash.faults;

import io.ringflash.ring.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads of which one runs at a time, and time that passes only when none can: a seed decides who
 * goes on whenever somebody pauses, so that it stands for one interleaving, and hours of waiting
 * take no time. (After Elasticsearch's DeterministicTaskQueue.)
 *
 * <p>Threads pause in the calls of this class; a test's device makes some in each of its own.
 */
public final class VirtualTime implements Scheduler {
  private static final long PATIENCE_SECONDS = 120;

  private final Random random;
  private final List<Fiber> fibers = new ArrayList<>();
  private final Semaphore conductor = new Semaphore(0);
  private long now;
  private volatile @Nullable Fiber running;
  private @Nullable Fiber main;

  /**
   * @param seed of the order in which threads run
   */
  public VirtualTime(long seed) {
    this.random = new Random(seed);
  }

  /** Runs {@code work}, and whatever it starts, until it returns; the rest stays where it is. */
  public <T> T play(Callable<T> work) throws Exception {
    List<T> result = new ArrayList<>();
    List<Exception> failure = new ArrayList<>();
    main =
        fiber(
            "main",
            () -> {
              try {
                result.add(work.call());
              } catch (Exception e) {
                failure.add(e);
              }
            });
    settle();
    if (result.isEmpty() && failure.isEmpty()) {
      throw new AssertionError("nobody can go on any more: " + waiting());
    }
    if (!failure.isEmpty()) {
      throw failure.getFirst();
    }
    return result.getFirst();
  }

  /** Lets those that are left run until none of them can any more. */
  public void settle() {
    hand(next());
    try {
      if (!conductor.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw stuck();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A real wait, in which virtual time stands still. */
  private AssertionError stuck() {
    Fiber fiber = running;
    AssertionError error = new AssertionError("somebody does not pause: " + waiting());
    Thread thread = fiber == null ? null : fiber.thread;
    if (thread != null) {
      error.setStackTrace(thread.getStackTrace());
    }
    return error;
  }

  /** Names of the threads that have not ended. */
  public List<String> waiting() {
    return fibers.stream().filter(fiber -> !fiber.done).map(fiber -> fiber.name).toList();
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public Task start(String name, Runnable work) {
    Fiber fiber = fiber(name, work);
    return () -> await(() -> fiber.done, Long.MAX_VALUE);
  }

  @Override
  public void await(BooleanSupplier condition, long nanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    pause(condition, nanos);
  }

  @Override
  public void signal() {
    // Conditions are looked at whenever somebody pauses.
  }

  /** Others may go on before the caller does. */
  public void pause() {
    pause(() -> true, 0);
  }

  /** The caller is busy for so long. */
  public void spend(long duration, TimeUnit unit) {
    pause(() -> false, unit.toNanos(duration));
  }

  /** Nobody runs for so long, as when the whole program is suspended. */
  public void suspend(long duration, TimeUnit unit) {
    now += unit.toNanos(duration);
  }

  /** Waits until {@code condition} holds, whatever happens. */
  public void pauseUntil(BooleanSupplier condition) {
    pause(condition, Long.MAX_VALUE);
  }

  private void pause(BooleanSupplier condition, long nanos) {
    Fiber fiber = running;
    if (fiber == null) {
      throw new IllegalStateException("only threads that play() started pause");
    }
    fiber.condition = condition;
    fiber.wakeAt = nanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + nanos;
    Fiber next = next();
    if (next != fiber) {
      hand(next);
      fiber.turn.acquireUninterruptibly();
    }
    running = fiber;
  }

  /** Gives the turn to somebody, or back to whoever let them play. */
  private void hand(@Nullable Fiber next) {
    if (next == null) {
      conductor.release();
    } else {
      next.go();
    }
  }

  private Fiber fiber(String name, Runnable work) {
    Fiber fiber = new Fiber(name, work);
    fibers.add(fiber);
    return fiber;
  }

  /** One of those that can go on, if need be later; null if none ever can. */
  private @Nullable Fiber next() {
    fibers.removeIf(fiber -> fiber.done);
    List<Fiber> ready = new ArrayList<>();
    long wake = Long.MAX_VALUE;
    for (Fiber fiber : fibers) {
      wake = Math.min(wake, fiber.wakeAt);
      if (fiber.ready()) {
        ready.add(fiber);
      }
    }
    if (!ready.isEmpty()) {
      return ready.get(random.nextInt(ready.size()));
    }
    if (wake == Long.MAX_VALUE) {
      return null;
    }
    now = wake;
    return next();
  }

  /** One thread; its turn ends when it pauses. */
  private final class Fiber {
    private final String name;
    private final Runnable work;
    private final Semaphore turn = new Semaphore(0);
    private boolean started;
    private volatile @Nullable Thread thread;
    private BooleanSupplier condition = () -> true;
    private long wakeAt;
    private boolean done;

    Fiber(String name, Runnable work) {
      this.name = name;
      this.work = work;
    }

    boolean ready() {
      return wakeAt <= now || condition.getAsBoolean();
    }

    void go() {
      if (started) {
        turn.release();
      } else {
        started = true;
        Thread.ofVirtual().name(name).start(this::run);
      }
    }

    private void run() {
      running = this;
      thread = Thread.currentThread();
      try {
        work.run();
      } finally {
        done = true;
        hand(this == main ? null : next());
      }
    }
  }
}
