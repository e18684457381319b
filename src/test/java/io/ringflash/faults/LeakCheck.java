package io.ringflash.faults;

import io.ringflash.tensor.OffHeap;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails every test that leaves a thread behind, and every test class that leaves off-heap memory
 * behind: much of that waits for the garbage collector, which would take longer than most tests if
 * it had to run after each.
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
              + "|surefire-.*|junit-.*|Java2D .*|AWT-.*|JFR .*");

  /**
   * The object of a class's last test may stay reachable, and the tensors in its fields with it:
   * 128 KB was the most that was seen.
   */
  private static final long STILL_REACHABLE_BYTES = 1 << 18;

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getStore(NAMESPACE).put(Long.class, OffHeap.liveBytes());
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(NAMESPACE).put(Set.class, threads());
  }

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    Set<?> before = context.getStore(NAMESPACE).get(Set.class, Set.class);
    if (!becomes(() -> before.containsAll(threads()), () -> {}, patience(context))) {
      Set<Thread> left = new HashSet<>(threads());
      left.removeAll(before);
      throw new AssertionError("threads are left: " + left);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    long before = context.getStore(NAMESPACE).get(Long.class, Long.class);
    long allowed = before + STILL_REACHABLE_BYTES;
    if (!becomes(() -> OffHeap.liveBytes() <= allowed, System::gc, patience(context))) {
      throw new AssertionError(
          "%d bytes of off-heap memory are left".formatted(OffHeap.liveBytes() - before));
    }
  }

  private static int patience(ExtensionContext context) {
    return context.getConfigurationParameter(PATIENCE, Integer::valueOf).orElse(USUAL_PATIENCE);
  }

  private static boolean becomes(BooleanSupplier condition, Runnable help, int millis)
      throws InterruptedException {
    long deadline = System.nanoTime() + 1_000_000L * millis;
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
        .collect(Collectors.toSet());
  }
}
