package io.ringflash.ring;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Measures devices while all of them are busy, as in a run. */
final class AllAtOnce {
  private AllAtOnce() {}

  /**
   * Runs {@code work} for every rank, and waits.
   *
   * @param executor with a thread for each
   * @throws IllegalArgumentException if one of them refuses
   * @throws IllegalStateException if one of them fails
   */
  static void run(ExecutorService executor, int ranks, IntConsumer work) {
    List<Callable<Object>> calls = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      int r = rank;
      calls.add(Executors.callable(() -> work.accept(r)));
    }
    try {
      for (Future<Object> end : executor.invokeAll(calls)) {
        end.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IllegalArgumentException refusal) {
        throw refusal;
      }
      throw new IllegalStateException("measuring the devices failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("measuring the devices was interrupted", e);
    }
  }
}
