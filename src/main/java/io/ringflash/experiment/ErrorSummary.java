package io.ringflash.experiment;

import io.ringflash.tensor.DType;
import java.io.Serializable;

/**
 * Largest errors of some numbers against the oracle, and how they are judged.
 *
 * <p>A number passes by being close where the oracle's is finite. Where it is not, or where the
 * storage type overflows, what counts is that both are finite or neither is.
 *
 * @param maxError of the engine
 * @param naiveError of the naive implementation in the same storage type
 * @param largest magnitude of the oracle's finite numbers
 * @param unlike numbers that are finite on one side alone
 */
record ErrorSummary(double maxError, double naiveError, double largest, long unlike)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  static final ErrorSummary NONE = new ErrorSummary(0, 0, 0, 0);

  /** Accumulation in FP32, for numbers around 1. */
  private static final double FP32_SLACK = 1e-5;

  private static final double NAIVE_FACTOR = 2;

  /** Judges one number. */
  static ErrorSummary of(double engine, double naive, double oracle) {
    boolean finite = Double.isFinite(oracle);
    if (Double.isFinite(engine) != finite) {
      // The naive implementation overflows where arithmetic of that type must.
      boolean overflow = finite && !Double.isFinite(naive);
      return new ErrorSummary(0, 0, 0, overflow ? 0 : 1);
    }
    if (!finite) {
      return NONE;
    }
    double naiveError = Double.isFinite(naive) ? Math.abs(naive - oracle) : 0;
    return new ErrorSummary(Math.abs(engine - oracle), naiveError, Math.abs(oracle), 0);
  }

  ErrorSummary merge(ErrorSummary other) {
    return new ErrorSummary(
        Math.max(maxError, other.maxError),
        Math.max(naiveError, other.naiveError),
        Math.max(largest, other.largest),
        unlike + other.unlike);
  }

  /**
   * The error that is accepted: twice the naive one, or what rounding the right answer once to its
   * storage type may cost (on a handful of rows the naive implementation can be luckier than that),
   * plus 1e-5.
   *
   * @param dtype storage type of these numbers
   */
  double allowed(DType dtype) {
    return Math.max(NAIVE_FACTOR * naiveError, unitRoundoff(dtype) * largest) + FP32_SLACK;
  }

  boolean passes(DType dtype) {
    return unlike == 0 && maxError <= allowed(dtype);
  }

  /** Largest relative error of rounding to nearest. */
  private static double unitRoundoff(DType dtype) {
    return switch (dtype) {
      case FP32 -> 0x1p-24;
      case FP16 -> 0x1p-11;
      case BF16 -> 0x1p-8;
    };
  }
}
