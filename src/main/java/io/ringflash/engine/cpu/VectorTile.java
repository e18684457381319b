package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.Dropout;
import io.ringflash.attention.PartialAttention;
import io.ringflash.attention.PositionSlice;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * One worker's scratch memory and the steps of flash attention (Dao et al., 2022, algorithm 1) on
 * it: a tile of rows stays, tiles of keys pass by.
 */
final class VectorTile {
  private static final int ROWS = RowTile.MAX_ROWS;
  private static final int KEYS = PackedBlock.KEYS;

  private static final float DROPPED = -0.0f;
  private static final int DROPPED_BITS = Float.floatToRawIntBits(DROPPED);

  /** 0, 1, 2, … in the lanes. */
  private static final FloatVector LANE_INDEX = FloatVector.zero(SPECIES).addIndex(1);

  private final AttentionProblem problem;
  private final int headDim;
  private final int valueStride;

  private final float[] q;
  private final float[] scores = new float[ROWS * KEYS];
  private final float[] accumulators;
  private final float[] maxima = new float[ROWS];
  private final float[] sums = new float[ROWS];
  private final long[] positions = new long[ROWS];
  private final float[] slopes = new float[ROWS];

  /** Per row, the first key of the current tile that it sees, and the one after the last. */
  private final int[] firstVisible = new int[ROWS];

  private final int[] endVisible = new int[ROWS];

  VectorTile(AttentionProblem problem) {
    this.problem = problem;
    this.headDim = problem.shape().headDim();
    this.valueStride = Simd.padded(headDim);
    this.q = new float[ROWS * headDim];
    this.accumulators = new float[ROWS * valueStride];
  }

  /**
   * Folds all keys of {@code block} into some rows of {@code state}.
   *
   * @param head counts batch entries and K/V heads together
   */
  void fold(RowTile rows, int head, PackedBlock block, PartialAttention state) {
    int batch = head / problem.shape().kvHeads();
    int firstHead = head % problem.shape().kvHeads() * problem.shape().groupSize();
    load(rows, batch, firstHead, state);
    PositionSlice queries = rows.positions();
    for (int tile = 0; tile < block.tiles().size(); tile++) {
      PositionSlice keys = block.tiles().get(tile);
      BlockMask mask = BlockMask.classify(queries, keys, problem.mask(), problem.queryOffset());
      if (mask != BlockMask.EMPTY) {
        boolean joint = queries.joint() || keys.joint();
        scoreKeys(rows, block.data(), block.keyOffset(head, tile), (int) keys.length());
        findVisible(rows, keys, mask == BlockMask.FULL);
        modifyScores(rows, keys, joint);
        softmax(rows, (int) keys.length());
        if (problem.dropout().enabled()) {
          dropWeights(rows, batch, firstHead, queries, keys);
        }
        addValues(rows, block, head, tile, (int) keys.length(), mask);
      }
    }
    store(rows, batch, firstHead, state);
  }

  private void load(RowTile rows, int batch, int firstHead, PartialAttention state) {
    Tensor source = rows.part().q();
    for (int r = 0; r < rows.rows(); r++) {
      int head = firstHead + rows.head(r);
      int query = rows.query(r);
      source.readRow(q, r * headDim, batch, query, head);
      for (int d = r * headDim; d < (r + 1) * headDim; d++) {
        q[d] *= problem.scale();
      }
      positions[r] = rows.part().positions().index(query) + problem.queryOffset();
      slopes[r] = problem.alibi().slope(batch, head);
      long row = state.row(batch, head, rows.firstQueryOfPart() + query);
      maxima[r] = state.max(row);
      sums[r] = state.sum(row);
      state.loadAccumulator(row, accumulators, r * valueStride);
    }
    Arrays.fill(q, rows.rows() * headDim, paddedRows(rows) * headDim, 0);
  }

  private void store(RowTile rows, int batch, int firstHead, PartialAttention state) {
    for (int r = 0; r < rows.rows(); r++) {
      long row =
          state.row(batch, firstHead + rows.head(r), rows.firstQueryOfPart() + rows.query(r));
      state.set(row, maxima[r], sums[r]);
      state.storeAccumulator(row, accumulators, r * valueStride);
    }
  }

  /** The micro-kernel's rows come in groups; what it computes beyond the last row is not used. */
  private static int paddedRows(RowTile rows) {
    return Math.ceilDiv(rows.rows(), MicroKernel.ROWS) * MicroKernel.ROWS;
  }

  private void scoreKeys(RowTile rows, MemorySegment k, long keyOffset, int count) {
    int panels = Math.ceilDiv(count, PackedBlock.PANEL);
    long panelBytes = (long) headDim * PackedBlock.PANEL * Float.BYTES;
    for (int panel = 0; panel < panels; panel++) {
      for (int r = 0; r < rows.rows(); r += MicroKernel.ROWS) {
        MicroKernel.multiply(
            q,
            r * headDim,
            headDim,
            k,
            keyOffset + panel * panelBytes,
            PackedBlock.PANEL,
            headDim,
            scores,
            r * KEYS + panel * PackedBlock.PANEL,
            KEYS,
            PackedBlock.PANEL,
            false);
      }
    }
  }

  private void findVisible(RowTile rows, PositionSlice keys, boolean all) {
    int count = (int) keys.length();
    for (int r = 0; r < rows.rows(); r++) {
      if (all) {
        firstVisible[r] = 0;
        endVisible[r] = count;
      } else {
        long first = positions[r] + problem.mask().lowestOffset() - keys.start();
        long last = positions[r] + problem.mask().highestOffset() - keys.start();
        firstVisible[r] = Math.clamp(Math.ceilDiv(first, keys.stride()), 0, count);
        endVisible[r] = Math.clamp(Math.floorDiv(last, keys.stride()) + 1, firstVisible[r], count);
      }
    }
  }

  private void modifyScores(RowTile rows, PositionSlice keys, boolean joint) {
    int width = Simd.padded((int) keys.length());
    boolean biased = problem.alibi().enabled() && !joint;
    for (int r = 0; r < rows.rows(); r++) {
      int at = r * KEYS;
      if (problem.softcap() > 0) {
        capScores(at, width);
      }
      if (biased) {
        biasScores(at, width, slopes[r], (float) (keys.start() - positions[r]), keys.stride());
      }
      Arrays.fill(scores, at, at + firstVisible[r], Float.NEGATIVE_INFINITY);
      Arrays.fill(scores, at + endVisible[r], at + width, Float.NEGATIVE_INFINITY);
    }
  }

  private void capScores(int at, int width) {
    float cap = problem.softcap();
    for (int i = at; i < at + width; i += LANES) {
      FloatVector ratio = FloatVector.fromArray(SPECIES, scores, i).div(cap);
      Simd.tanh(ratio).mul(cap).intoArray(scores, i);
    }
  }

  private void biasScores(int at, int width, float slope, float firstDistance, long stride) {
    FloatVector steps = LANE_INDEX.mul((float) stride);
    for (int i = 0; i < width; i += LANES) {
      FloatVector distance = steps.add(firstDistance + (float) (i * stride)).abs();
      FloatVector score = FloatVector.fromArray(SPECIES, scores, at + i);
      distance.fma(FloatVector.broadcast(SPECIES, -slope), score).intoArray(scores, at + i);
    }
  }

  private void softmax(RowTile rows, int count) {
    int width = Simd.padded(count);
    for (int r = 0; r < rows.rows(); r++) {
      softmaxRow(r, width);
    }
  }

  /** Turns a row's scores into weights relative to its maximum, rescaling what came before. */
  private void softmaxRow(int r, int width) {
    int at = r * KEYS;
    FloatVector largest = FloatVector.fromArray(SPECIES, scores, at);
    for (int i = LANES; i < width; i += LANES) {
      largest = Simd.larger(largest, FloatVector.fromArray(SPECIES, scores, at + i));
    }
    // NaN scores are no maximum; their weights below are NaN, and reach the row's sum from there.
    float max = Simd.max(largest);
    if (max > maxima[r]) {
      rescale(r, (float) Math.exp((double) maxima[r] - max));
      maxima[r] = max;
    }
    // A row without a visible key: any finite reference makes all weights 0.
    float reference = maxima[r] == Float.NEGATIVE_INFINITY ? 0 : maxima[r];
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < width; i += LANES) {
      FloatVector weight = Simd.exp(FloatVector.fromArray(SPECIES, scores, at + i).sub(reference));
      sum = sum.add(weight);
      weight.intoArray(scores, at + i);
    }
    sums[r] += Simd.sum(sum);
  }

  private void rescale(int r, float factor) {
    sums[r] *= factor;
    for (int d = r * valueStride; d < (r + 1) * valueStride; d += LANES) {
      FloatVector.fromArray(SPECIES, accumulators, d).mul(factor).intoArray(accumulators, d);
    }
  }

  /**
   * Zeroes the weights of dropped keys, with a sign that no other weight has: a kept one may be too
   * small for FP32, and then still carries a value's NaN or infinity.
   */
  private void dropWeights(
      RowTile rows, int batch, int firstHead, PositionSlice queries, PositionSlice keys) {
    Dropout dropout = problem.dropout();
    for (int r = 0; r < rows.rows(); r++) {
      int batchHead = batch * problem.shape().heads() + firstHead + rows.head(r);
      int query = queries.identity(rows.query(r) - rows.firstQuery());
      for (int j = firstVisible[r]; j < endVisible[r]; j++) {
        boolean drops = dropout.drops(batchHead, query, keys.identity(j));
        // Not a product with 0: a dropped NaN is gone, too.
        scores[r * KEYS + j] = drops ? DROPPED : scores[r * KEYS + j] * dropout.keepScale();
      }
    }
  }

  private void addValues(
      RowTile rows, PackedBlock block, int head, int tile, int count, BlockMask mask) {
    long valueOffset = block.valueOffset(head, tile);
    boolean hidesKeys = mask == BlockMask.PARTIAL || problem.dropout().enabled();
    if (hidesKeys && !block.finiteValues(head, tile)) {
      addVisibleValues(rows, block.data(), valueOffset);
      return;
    }
    for (int r = 0; r < rows.rows(); r += MicroKernel.ROWS) {
      MicroKernel.multiply(
          scores,
          r * KEYS,
          KEYS,
          block.data(),
          valueOffset,
          valueStride,
          count,
          accumulators,
          r * valueStride,
          valueStride,
          valueStride,
          true);
    }
  }

  /**
   * As the product, to the last bit, but a hidden key's NaN or infinity is not touched: 0 · NaN is
   * not 0.
   */
  private void addVisibleValues(RowTile rows, MemorySegment data, long valueOffset) {
    for (int r = 0; r < rows.rows(); r++) {
      for (int j = firstVisible[r]; j < endVisible[r]; j++) {
        float weight = scores[r * KEYS + j];
        if (Float.floatToRawIntBits(weight) == DROPPED_BITS) {
          continue;
        }
        long row = valueOffset + (long) j * valueStride * Float.BYTES;
        for (int d = 0; d < headDim; d++) {
          float value = data.get(ValueLayout.JAVA_FLOAT, row + (long) d * Float.BYTES);
          int at = r * valueStride + d;
          accumulators[at] = Math.fma(weight, value, accumulators[at]);
        }
      }
    }
  }
}
