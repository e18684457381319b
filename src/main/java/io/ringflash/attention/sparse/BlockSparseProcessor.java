package io.ringflash.attention.sparse;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.BlockProcessor;
import io.ringflash.attention.ScoreRule;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Attention over the K/V blocks that a {@link BlockSelection} keeps. Joint keys are always kept.
 * Within what is kept the softmax is exact, and any ring gives the same answer.
 *
 * <p>The inner loops run over neighbouring keys and neighbouring elements, in the form that the
 * compiler turns into vector instructions.
 */
public final class BlockSparseProcessor implements BlockProcessor {
  private final BlockSelection selection;

  public BlockSparseProcessor(BlockSelection selection) {
    this.selection = selection;
  }

  /**
   * Recall: the share of the dense softmax's mass that sparse attention kept, averaged over all
   * rows that see a key.
   *
   * @param sparseLse {@code (batch, heads, seqLenQ)} of the sparse result
   * @param denseLse of the same problem without a processor
   */
  public static double recall(Tensor sparseLse, Tensor denseLse) {
    double sum = 0;
    long rows = 0;
    for (long b = 0; b < denseLse.dim(0); b++) {
      for (long h = 0; h < denseLse.dim(1); h++) {
        for (long i = 0; i < denseLse.dim(2); i++) {
          double dense = denseLse.get(b, h, i);
          if (dense != Double.NEGATIVE_INFINITY) {
            sum += Math.exp(sparseLse.get(b, h, i) - dense);
            rows++;
          }
        }
      }
    }
    return rows == 0 ? 1 : sum / rows;
  }

  @Override
  public Result process(Block block) {
    AttentionShape shape = block.problem().shape();
    long queries = block.queries().length();
    // The ring merges the result before it asks for the next one: the garbage collector frees it.
    Arena arena = Arena.ofAuto();
    Tensor out =
        Tensor.allocate(arena, DType.FP32, shape.batch(), queries, shape.heads(), shape.headDim());
    Tensor lse = Tensor.allocate(arena, DType.FP32, shape.batch(), shape.heads(), queries);
    IntStream.range(0, shape.batch() * shape.heads())
        .parallel()
        .forEach(
            item -> new Head(block, item / shape.heads(), item % shape.heads()).attend(out, lse));
    return new Result(out, lse);
  }

  /** One batch entry and query head of a block. */
  private final class Head {
    private final Block block;
    private final AttentionProblem problem;
    private final int batch;
    private final int head;
    private final int headDim;
    private final int keys;

    /** Transposed, {@code [headDim][keys]}, so that scores of neighbouring keys come together. */
    private final float[] keysByDim;

    private final float[] values;
    private final float[] scores;

    Head(Block block, int batch, int head) {
      this.block = block;
      this.problem = block.problem();
      this.batch = batch;
      this.head = head;
      this.headDim = problem.shape().headDim();
      this.keys = Math.toIntExact(block.keys().length());
      this.keysByDim = new float[Math.multiplyExact(keys, headDim)];
      this.values = new float[keysByDim.length];
      this.scores = new float[keys];
      int kvHead = head / problem.shape().groupSize();
      float[] row = new float[headDim];
      for (int j = 0; j < keys; j++) {
        block.v().readRow(values, j * headDim, batch, j, kvHead);
        block.k().readRow(row, 0, batch, j, kvHead);
        for (int d = 0; d < headDim; d++) {
          keysByDim[d * keys + j] = row[d];
        }
      }
    }

    void attend(Tensor out, Tensor lse) {
      float[] q = new float[headDim];
      float[] accumulator = new float[headDim];
      for (int i = 0; i < block.queries().length(); i++) {
        block.q().readRow(q, 0, batch, i, head);
        float max = score(i, q);
        Arrays.fill(accumulator, 0);
        float sum = addValues(i, max, accumulator);
        for (int d = 0; d < headDim; d++) {
          out.set(sum == 0 ? 0 : accumulator[d] / sum, batch, i, head, d);
        }
        lse.set(max == Float.NEGATIVE_INFINITY ? max : max + (float) Math.log(sum), batch, head, i);
      }
    }

    /** Scores the kept keys; the others are −∞. Returns the largest score. */
    private float score(int i, float[] q) {
      Arrays.fill(scores, Float.NEGATIVE_INFINITY);
      float max = Float.NEGATIVE_INFINITY;
      for (int from = 0; from < keys; ) {
        int to = runEnd(from);
        if (keeps(i, from)) {
          Arrays.fill(scores, from, to, 0);
          for (int d = 0; d < headDim; d++) {
            addScaled(q[d], d * keys, from, to);
          }
          for (int j = from; j < to; j++) {
            scores[j] = block.visible(i, j) ? modified(i, j) : Float.NEGATIVE_INFINITY;
            max = Math.max(max, scores[j]);
          }
        }
        from = to;
      }
      return max;
    }

    private void addScaled(float factor, int offset, int from, int to) {
      for (int j = from; j < to; j++) {
        scores[j] += factor * keysByDim[offset + j];
      }
    }

    private float modified(int i, int j) {
      float score = ScoreRule.capped(scores[j] * problem.scale(), problem.softcap());
      if (!problem.alibi().enabled() || block.queries().joint() || block.keys().joint()) {
        return score;
      }
      long distance = block.queries().index(i) + problem.queryOffset() - block.keys().index(j);
      return score - problem.alibi().slope(batch, head) * Math.abs(distance);
    }

    private float addValues(int i, float max, float[] accumulator) {
      int batchHead = batch * problem.shape().heads() + head;
      boolean dropout = problem.dropout().enabled();
      float sum = 0;
      for (int j = 0; j < keys; j++) {
        if (scores[j] == Float.NEGATIVE_INFINITY) {
          continue;
        }
        float weight = (float) Math.exp(scores[j] - max);
        sum += weight;
        if (!dropout) {
          addValue(weight, j, accumulator);
        } else if (!problem
            .dropout()
            .drops(batchHead, block.queries().identity(i), block.keys().identity(j))) {
          addValue(weight * problem.dropout().keepScale(), j, accumulator);
        }
      }
      return sum;
    }

    private void addValue(float weight, int j, float[] accumulator) {
      for (int d = 0; d < headDim; d++) {
        accumulator[d] += weight * values[j * headDim + d];
      }
    }

    private boolean keeps(int i, int j) {
      return block.queries().joint()
          || block.keys().joint()
          || selection.keeps(batch, head, block.queries().index(i), block.keys().index(j));
    }

    /** End of the run of keys from {@code from} that lie in one block of the selection. */
    private int runEnd(int from) {
      if (block.keys().joint()) {
        return keys;
      }
      long first = block.keys().index(from);
      long blockEnd = (first / selection.blockSize() + 1) * selection.blockSize();
      long count = Math.ceilDiv(blockEnd - first, block.keys().stride());
      return (int) Math.min(keys, from + count);
    }
  }
}
