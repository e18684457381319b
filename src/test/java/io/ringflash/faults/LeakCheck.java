package io.ringflash.faults;

import io.ringflash.tensor.OffHeap;
import io.ringflash.tensor.Tensor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestInstancePreDestroyCallback;

/** Fails every test class that leaves a device's thread or off-heap memory behind. */
public final class LeakCheck
    implements BeforeAllCallback, TestInstancePreDestroyCallback, AfterAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(LeakCheck.class);

  /** Threads of rings, exchanges and devices. */
  private static final Pattern OWN = Pattern.compile("ringflash-.*|[a-z]+:\\d+(-.*)?");

  /** Threads end, and the garbage collector frees, a while after they have been let go. */
  private static final int PATIENCE = 200;

  private static final long PAUSE_MILLIS = 25;

  /** What {@link OffHeap} adds to each segment. */
  private static final long ALIGNMENT = 64;

  private record Before(Set<Thread> threads, long offHeapBytes) {}

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getStore(NAMESPACE).put(Before.class, new Before(ownThreads(), OffHeap.liveBytes()));
  }

  /** The last test's object may be reachable to the end, and its tensors with it. */
  @Override
  public void preDestroyTestInstance(ExtensionContext context) throws IllegalAccessException {
    Object test = context.getRequiredTestInstance();
    long bytes = 0;
    for (Field field : test.getClass().getDeclaredFields()) {
      if (field.getType() == Tensor.class && !Modifier.isStatic(field.getModifiers())) {
        field.setAccessible(true);
        Tensor tensor = (Tensor) field.get(test);
        bytes += tensor == null ? 0 : tensor.data().byteSize() + ALIGNMENT;
      }
    }
    ExtensionContext ofClass = context;
    while (ofClass.getTestMethod().isPresent() && ofClass.getParent().isPresent()) {
      ofClass = ofClass.getParent().get();
    }
    ofClass.getStore(NAMESPACE).put(Tensor.class, bytes);
  }

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    Before before = context.getStore(NAMESPACE).get(Before.class, Before.class);
    boolean threadsEnd = becomes(() -> before.threads().containsAll(ownThreads()), () -> {});
    if (!threadsEnd) {
      throw new AssertionError("threads are left: " + ownThreads());
    }
    Long ofTest = context.getStore(NAMESPACE).get(Tensor.class, Long.class);
    long allowed = before.offHeapBytes() + (ofTest == null ? 0 : ofTest);
    boolean memoryGoes = becomes(() -> OffHeap.liveBytes() <= allowed, System::gc);
    if (!memoryGoes) {
      throw new AssertionError(
          "%d bytes of off-heap memory are left"
              .formatted(OffHeap.liveBytes() - before.offHeapBytes()));
    }
  }

  private static boolean becomes(BooleanSupplier condition, Runnable help)
      throws InterruptedException {
    for (int i = 0; i < PATIENCE && !condition.getAsBoolean(); i++) {
      help.run();
      Thread.sleep(PAUSE_MILLIS);
    }
    return condition.getAsBoolean();
  }

  private static Set<Thread> ownThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> OWN.matcher(thread.getName()).matches())
        .collect(Collectors.toSet());
  }
}
