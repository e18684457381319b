package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.engine.DeviceInfo;
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
    TILED(32, LayoutKernels.THREADS, 0),
    /** Accumulator in registers; head dimensions to 64. */
    REGISTER_64(64, LayoutKernels.THREADS, 0),
    /** Accumulator in registers; head dimensions to 128. */
    REGISTER_128(128, LayoutKernels.THREADS, 0),
    /** For CPUs: a thread a group, and vectors; any head dimension. */
    VECTOR(VectorProduct.VECTORS * VectorMath.LANES, 1, VectorSoftmax.NUMBERS);

    /**
     * Most registers of a thread, through PTX, unless another number was found to be better: three
     * groups of 128 threads fit into a multiprocessor's 65,536.
     */
    static final int REGISTERS = 168;

    private final int multiple;
    private final int threads;
    private final int scratch;

    Kernel(int multiple, int threads, int scratch) {
      this.multiple = multiple;
      this.threads = threads;
      this.scratch = scratch;
    }

    /** {@code headDim} with padding. */
    int padded(int headDim) {
      return Math.ceilDiv(headDim, multiple) * multiple;
    }

    /** Threads of a group. */
    int threads() {
      return threads;
    }

    /** Numbers of global memory that a group works in. */
    int scratch() {
      return scratch;
    }

    /** The name in reports. */
    String label() {
      return "java-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The fastest of {@code device} for a head dimension. */
    static Kernel fastest(DeviceInfo device, int headDim) {
      return vectors(device) ? VECTOR : fastestOfGpus(headDim);
    }

    /** The fastest of GPUs for a head dimension. */
    static Kernel fastestOfGpus(int headDim) {
      if (headDim <= 32 || headDim > 128) {
        return TILED;
      }
      return headDim <= 64 ? REGISTER_64 : REGISTER_128;
    }

    /** Whether a device computes with {@link #VECTOR}. */
    static boolean vectors(DeviceInfo device) {
      return vectors(device.id(), device.hostProcessor());
    }

    /** Whether a device computes with {@link #VECTOR}. */
    static boolean vectors(String device, boolean hostProcessor) {
      return hostProcessor && device.startsWith("opencl:");
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
