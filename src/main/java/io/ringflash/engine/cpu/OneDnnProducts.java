package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.TileRows.KEYS;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.engine.cpu.onednn.MatmulForm;
import io.ringflash.engine.cpu.onednn.OneDnn;
import io.ringflash.engine.cpu.onednn.PackedLayout;
import io.ringflash.tensor.DType;

/**
 * The two products of a problem as oneDNN computes them: in BF16 where storage and the CPU's
 * products have that type, otherwise in FP32.
 */
final class OneDnnProducts {
  /** Products take whole steps of rows, so that there are not many different ones. */
  private static final int ROW_STEP = 16;

  private final OneDnn library;
  private final DType dtype;
  private final int stride;
  private final float scale;
  private final PackedLayout keys;
  private final PackedLayout values;

  OneDnnProducts(OneDnn library, AttentionProblem problem) {
    this.library = library;
    this.dtype = dtype(library, problem.dtype());
    this.stride = Simd.padded(problem.shape().headDim());
    this.scale = problem.scale();
    this.keys = library.layout(scoring(OneDnnScratch.ROWS));
    this.values = library.layout(summing(OneDnnScratch.ROWS, true));
  }

  /** What elements of type {@code storage} are multiplied as. */
  static DType dtype(OneDnn library, DType storage) {
    return storage == DType.BF16 && library.multipliesBrainFloats() ? DType.BF16 : DType.FP32;
  }

  OneDnn library() {
    return library;
  }

  /** Of elements that are multiplied. */
  DType dtype() {
    return dtype;
  }

  /** Elements of a query, key or value, padded to whole vectors with zeros. */
  int stride() {
    return stride;
  }

  /** How a tile's keys are packed. */
  PackedLayout keys() {
    return keys;
  }

  /** How a tile's values are packed. */
  PackedLayout values() {
    return values;
  }

  /** Scores of queries and a tile's keys. */
  MatmulForm scoring(int rows) {
    return new MatmulForm(dtype, wholeSteps(rows), stride, KEYS, true, scale, false);
  }

  /** Sums of a tile's values, by weights. */
  MatmulForm summing(int rows, boolean accumulates) {
    return new MatmulForm(dtype, wholeSteps(rows), KEYS, stride, false, 1, accumulates);
  }

  private static int wholeSteps(int rows) {
    return Math.ceilDiv(rows, ROW_STEP) * ROW_STEP;
  }
}
