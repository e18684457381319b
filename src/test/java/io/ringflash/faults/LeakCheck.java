package io.ringflash.faults;

import io.ringflash.tensor.OffHeap;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails every test that leaves a thread behind, and every test class that leaves a thread or
 * off-heap memory behind. Pools of threads and memory may be those of a ring that the tests of a
 * class share; much memory also waits for the garbage collector, which would take longer than most
 * tests if it had to run after each.
 */
public final class LeakCheck
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  /** How many milliseconds threads and memory have to go; a parameter of the test run. */
  static final String PATIENCE = "ringflash.leaks.patience";

  private static final int USUAL_PATIENCE = 5000;
  private static final long PAUSE_MILLIS = 5;

  private static final Namespace NAMESPACE = Namespace.create(LeakCheck.class);

  /** Threads that the JVM, the test runner and native libraries start when they like, and keep. */
  private static final Pattern FOREIGN =
      Pattern.compile(
          "ForkJoinPool.*|.*Cleaner.*|VirtualThread-.*|process reaper.*|Attach Listener"
              + "|surefire-.*|junit-.*|TornadoExecutorThread.*|Java2D .*|AWT-.*|JFR .*");

  /** Threads of exchanges and devices, which come when they are first needed. */
  private static final Pattern POOLED =
      Pattern.compile("ringflash-(process-)?exchange-\\d+|[a-z]+:\\d+(-.*)?");

  /**
   * The object of a class's last test may stay reachable, and the tensors in its fields with it:
   * 128 KB was the most that was seen.
   */
  private static final long STILL_REACHABLE_BYTES = 1 << 18;

  /** Threads and bytes of off-heap memory before a class. */
  private record Before(Set<Thread> threads, long offHeapBytes) {}

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getStore(NAMESPACE).put(Before.class, new Before(threads(), OffHeap.liveBytes()));
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(NAMESPACE).put(Set.class, threads());
  }

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    Set<?> before = context.getStore(NAMESPACE).get(Set.class, Set.class);
    requireGone(before, thread -> !POOLED.matcher(thread.getName()).matches(), context);
  }

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    Before before = context.getStore(NAMESPACE).get(Before.class, Before.class);
    requireGone(before.threads(), thread -> true, context);
    long allowed = before.offHeapBytes() + STILL_REACHABLE_BYTES;
    if (!becomes(() -> OffHeap.liveBytes() <= allowed, System::gc, context)) {
      throw new AssertionError(
          "%d bytes of off-heap memory are left"
              .formatted(OffHeap.liveBytes() - before.offHeapBytes()));
    }
  }

  /** Requires that no such threads are there but those that were before. */
  private static void requireGone(Set<?> before, Predicate<Thread> kind, ExtensionContext context)
      throws InterruptedException {
    Supplier<Set<Thread>> left =
        () -> {
          Set<Thread> threads = threads();
          threads.removeIf(thread -> before.contains(thread) || !kind.test(thread));
          return threads;
        };
    if (!becomes(() -> left.get().isEmpty(), () -> {}, context)) {
      throw new AssertionError("threads are left: " + left.get());
    }
  }

  private static boolean becomes(BooleanSupplier condition, Runnable help, ExtensionContext context)
      throws InterruptedException {
    int patience =
        context.getConfigurationParameter(PATIENCE, Integer::valueOf).orElse(USUAL_PATIENCE);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patience);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      help.run();
      Thread.sleep(PAUSE_MILLIS);
    }
    return true;
  }

  /** All platform threads but foreign ones. */
  private static Set<Thread> threads() {
    ThreadGroup all = Thread.currentThread().getThreadGroup();
    while (all.getParent() != null) {
      all = all.getParent();
    }
    Thread[] threads = new Thread[2 * all.activeCount() + 16];
    int count = all.enumerate(threads);
    return Arrays.stream(threads, 0, count)
        .filter(thread -> !FOREIGN.matcher(thread.getName()).matches())
        .collect(Collectors.toCollection(HashSet::new));
  }
}
