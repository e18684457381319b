package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import java.util.Locale;

/**
 * What is compiled into a fold kernel: one compiled kernel serves all runs that agree in this, and
 * an option that is off costs nothing.
 *
 * @param masked whether some positions may be invisible
 * @param capped whether scores are capped
 * @param biased whether scores are biased by distance
 * @param dropping whether weights are dropped
 */
record FoldForm(Kernel kernel, boolean masked, boolean capped, boolean biased, boolean dropping) {
  /** The kernels that fold. */
  enum Kernel {
    /** Accumulator in global memory; any head dimension. */
    TILED(32),
    /** Accumulator in registers; head dimensions to 64. */
    REGISTER_64(64),
    /** Accumulator in registers; head dimensions to 128. */
    REGISTER_128(128);

    /**
     * Most registers of a thread, through PTX, unless another number was found to be better: three
     * groups of 128 threads fit into a multiprocessor's 65,536.
     */
    static final int REGISTERS = 168;

    private final int multiple;

    Kernel(int multiple) {
      this.multiple = multiple;
    }

    /** {@code headDim} with padding. */
    int padded(int headDim) {
      return Math.ceilDiv(headDim, multiple) * multiple;
    }

    /** The name in reports. */
    String label() {
      return "java-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The fastest for a head dimension. */
    static Kernel fastest(int headDim) {
      if (headDim <= 32 || headDim > 128) {
        return TILED;
      }
      return headDim <= 64 ? REGISTER_64 : REGISTER_128;
    }
  }

  static FoldForm of(Kernel kernel, AttentionProblem problem) {
    return new FoldForm(
        kernel,
        problem.mask().masks(),
        problem.softcap() > 0,
        problem.alibi().enabled(),
        problem.dropout().enabled());
  }
}
