package io.ringflash.engine.tornado;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A thread that one kind of a device's work always runs on: TornadoVM gives each thread a queue of
 * its own and keeps it, and ranks' threads come and go.
 */
final class DeviceWorker implements AutoCloseable {
  /** TornadoVM copies the text of a kernel, hundreds of KB, onto the stack. */
  private static final long STACK_BYTES = 16 << 20;

  private final ExecutorService executor;

  DeviceWorker(String name) {
    this.executor =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name(name).stackSize(STACK_BYTES).factory());
  }

  /** Runs {@code work} and waits for it. */
  void run(Runnable work) {
    call(Executors.callable(work));
  }

  /** Runs {@code work} and waits for its result. */
  <T> T call(Callable<T> work) {
    return await(executor.submit(work));
  }

  private static <T> T await(Future<T> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          // The device would go on with memory that the caller frees next.
          interrupted = true;
        } catch (ExecutionException e) {
          throw unchecked(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    executor.close();
  }

  private static RuntimeException unchecked(@Nullable Throwable cause) {
    return switch (cause) {
      case null -> new IllegalStateException();
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> new IllegalStateException(cause);
    };
  }
}
