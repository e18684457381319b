package io.ringflash.experiment.trace;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.experiment.AttentionRun;
import io.ringflash.experiment.RunReport;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;

/** A run whose times mean something: kernels are compiled before. */
public final class TracedRun {
  /** Calls are repeated for so long: the JVM compiles what is called often. */
  private static final long WARM_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(1000);

  private TracedRun() {}

  /** Computes until everything is warm, then once more. */
  public static RunReport of(
      RingFlashAttention attention, AttentionInputs inputs, AttentionOptions options) {
    long start = System.nanoTime();
    do {
      call(attention, inputs, options);
    } while (System.nanoTime() - start < WARM_UP_NANOS);
    return call(attention, inputs, options);
  }

  private static RunReport call(
      RingFlashAttention attention, AttentionInputs inputs, AttentionOptions options) {
    try (Arena results = Arena.ofShared()) {
      return AttentionRun.execute(attention, inputs, options, results).report();
    }
  }
}
