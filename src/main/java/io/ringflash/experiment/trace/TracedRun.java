package io.ringflash.experiment.trace;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.experiment.AttentionRun;
import io.ringflash.experiment.RunReport;
import java.lang.foreign.Arena;

/** A run whose times mean something: kernels are compiled before. */
public final class TracedRun {
  /** The JVM compiles what is called often. All processes of a job make as many calls. */
  private static final int WARM_UPS = 10;

  private TracedRun() {}

  /** Computes until everything is warm, then once more. */
  public static RunReport of(
      RingFlashAttention attention, AttentionInputs inputs, AttentionOptions options) {
    for (int i = 0; i < WARM_UPS; i++) {
      call(attention, inputs, options);
    }
    return call(attention, inputs, options);
  }

  private static RunReport call(
      RingFlashAttention attention, AttentionInputs inputs, AttentionOptions options) {
    try (Arena results = Arena.ofShared()) {
      return AttentionRun.execute(attention, inputs, options, results).report();
    }
  }
}
