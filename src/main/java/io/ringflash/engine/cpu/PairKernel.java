package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;

import io.ringflash.tensor.DType;

/** One worker's inner loops of {@link DirectTile}, with their scratch memory. */
final class PairKernel {
  /** Most rows of queries that share a head of K. */
  static final int ROWS = 64;

  /**
   * Most keys at a time, of whole vectors. Where they pass head by head, they are far apart: each
   * is a stream of its own for the unit that reads memory ahead, which follows few.
   */
  static final int BATCH = Math.max(8, LANES);

  /** Elements of a row that meet two rows of queries at a time: as many as 32 registers hold. */
  static final int LONG = 8 * LANES;

  /** The same for what is left of a row, and with 16 registers; rows are padded to it. */
  static final int SHORT = 4 * LANES;

  private final FloatPairs floats = new FloatPairs();
  private final HalfPairs halves = new HalfPairs();
  private final BrainPairs brainFloats = new BrainPairs();

  /** The loops for rows of a storage type. */
  PairLoops loops(DType dtype) {
    return switch (dtype) {
      case FP32 -> floats;
      case FP16 -> halves;
      case BF16 -> brainFloats;
    };
  }

  /** headDim rounded up to what the loops take. */
  static int stride(int headDim) {
    return Math.ceilDiv(headDim, SHORT) * SHORT;
  }
}
