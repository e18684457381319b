package io.ringflash.attention.sparse;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.tensor.Tensor;
import java.util.BitSet;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Which K/V blocks each block of queries keeps: those of highest estimated mass, until a share of
 * the estimated mass is reached. The estimate scores the means of both blocks (mean pooling, as in
 * MInference and SpargeAttention). Chosen once from whole tensors, so it is the same on every ring.
 */
public final class BlockSelection {
  private final AttentionProblem problem;
  private final int blockSize;
  private final int queryBlocks;
  private final int keyBlocks;
  private final BitSet[] kept;

  private BlockSelection(AttentionProblem problem, int blockSize) {
    AttentionShape shape = problem.shape();
    this.problem = problem;
    this.blockSize = blockSize;
    this.queryBlocks = Math.toIntExact(Math.ceilDiv(shape.seqLenQ(), blockSize));
    this.keyBlocks = Math.toIntExact(Math.ceilDiv(shape.seqLenK(), blockSize));
    this.kept = new BitSet[Math.multiplyExact(shape.batch() * shape.heads(), queryBlocks)];
  }

  /**
   * Chooses blocks.
   *
   * @param q {@code (batch, seqLenQ, heads, headDim)}
   * @param k {@code (batch, seqLenK, kvHeads, headDim)}
   * @param blockSize tokens per block, of queries and of keys
   * @param mass share of the estimated mass to keep, in (0, 1]
   */
  public static BlockSelection choose(
      AttentionProblem problem, Tensor q, Tensor k, int blockSize, double mass) {
    if (blockSize < 1) {
      throw new IllegalArgumentException("block size should be at least 1 but got " + blockSize);
    }
    if (!(mass > 0 && mass <= 1)) {
      throw new IllegalArgumentException("mass should be in (0, 1] but got " + mass);
    }
    BlockSelection selection = new BlockSelection(problem, blockSize);
    AttentionShape shape = problem.shape();
    IntStream.range(0, shape.batch() * shape.heads())
        .parallel()
        .forEach(item -> selection.chooseHead(item, q, k, mass));
    return selection;
  }

  public int blockSize() {
    return blockSize;
  }

  /** Whether the block of a query keeps the block of a key, both given by index in the sequence. */
  public boolean keeps(int batch, int head, long query, long key) {
    BitSet row = kept[rowOf(batch, head, Math.toIntExact(query / blockSize))];
    return row.get(Math.toIntExact(key / blockSize));
  }

  /** Kept blocks, as a share of the blocks that the mask leaves. */
  public double density() {
    long keptBlocks = 0;
    long visibleBlocks = 0;
    int heads = problem.shape().batch() * problem.shape().heads();
    for (int i = 0; i < queryBlocks; i++) {
      for (int j = 0; j < keyBlocks; j++) {
        visibleBlocks += visible(i, j) == BlockMask.EMPTY ? 0 : heads;
      }
    }
    for (BitSet row : kept) {
      keptBlocks += row.cardinality();
    }
    return visibleBlocks == 0 ? 1 : (double) keptBlocks / visibleBlocks;
  }

  private int rowOf(int batch, int head, int queryBlock) {
    return (batch * problem.shape().heads() + head) * queryBlocks + queryBlock;
  }

  private void chooseHead(int item, Tensor q, Tensor k, double mass) {
    int heads = problem.shape().heads();
    int batch = item / heads;
    int head = item % heads;
    float[][] queryMeans = means(q, batch, head, queryBlocks);
    float[][] keyMeans = means(k, batch, head / problem.shape().groupSize(), keyBlocks);
    for (int i = 0; i < queryBlocks; i++) {
      kept[rowOf(batch, head, i)] = chooseRow(i, queryMeans[i], keyMeans, mass);
    }
  }

  private BitSet chooseRow(int queryBlock, float[] queryMean, float[][] keyMeans, double mass) {
    double[] estimates = estimates(queryBlock, queryMean, keyMeans);
    double total = 0;
    for (double estimate : estimates) {
      total += estimate;
    }
    int[] byMass =
        IntStream.range(0, keyBlocks)
            .boxed()
            .sorted(Comparator.comparingDouble(j -> -estimates[j]))
            .mapToInt(Integer::intValue)
            .toArray();
    BitSet row = new BitSet(keyBlocks);
    double sum = 0;
    for (int j : byMass) {
      if (estimates[j] > 0 && sum < mass * total) {
        row.set(j);
        sum += estimates[j];
      }
    }
    keepOwnPositions(queryBlock, row);
    return row;
  }

  /** Estimated mass of each key block, relative to the largest; 0 where the mask hides it all. */
  private double[] estimates(int queryBlock, float[] queryMean, float[][] keyMeans) {
    double[] scores = new double[keyBlocks];
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < keyBlocks; j++) {
      scores[j] = Double.NEGATIVE_INFINITY;
      if (visible(queryBlock, j) != BlockMask.EMPTY) {
        double dot = 0;
        for (int d = 0; d < queryMean.length; d++) {
          dot += (double) queryMean[d] * keyMeans[j][d];
        }
        scores[j] = dot * problem.scale();
        max = Math.max(max, scores[j]);
      }
    }
    for (int j = 0; j < keyBlocks; j++) {
      scores[j] = scores[j] == Double.NEGATIVE_INFINITY ? 0 : Math.exp(scores[j] - max);
    }
    return scores;
  }

  /** Every query keeps the keys around its own position: no row loses all that a mask leaves it. */
  private void keepOwnPositions(int queryBlock, BitSet row) {
    PositionSlice queries = queries(queryBlock);
    long first = queries.start() + problem.queryOffset();
    long last = queries.lastIndex() + problem.queryOffset();
    for (int j = 0; j < keyBlocks; j++) {
      PositionSlice keys = keys(j);
      boolean overlaps = keys.start() <= last && keys.lastIndex() >= first;
      if (overlaps && visible(queryBlock, j) != BlockMask.EMPTY) {
        row.set(j);
      }
    }
  }

  private BlockMask visible(int queryBlock, int keyBlock) {
    return BlockMask.classify(
        queries(queryBlock), keys(keyBlock), problem.mask(), problem.queryOffset());
  }

  private PositionSlice queries(int block) {
    return blockOf(block, problem.shape().seqLenQ());
  }

  private PositionSlice keys(int block) {
    return blockOf(block, problem.shape().seqLenK());
  }

  private PositionSlice blockOf(int block, long seqLen) {
    long start = (long) block * blockSize;
    return PositionSlice.contiguous(start, Math.min(blockSize, seqLen - start));
  }

  private float[][] means(Tensor tensor, int batch, int head, int blocks) {
    int headDim = problem.shape().headDim();
    float[][] means = new float[blocks][headDim];
    float[] row = new float[headDim];
    for (int block = 0; block < blocks; block++) {
      PositionSlice tokens = blockOf(block, tensor.dim(1));
      for (long i = 0; i < tokens.length(); i++) {
        tensor.readRow(row, 0, batch, tokens.index(i), head);
        for (int d = 0; d < headDim; d++) {
          means[block][d] += row[d] / tokens.length();
        }
      }
    }
    return means;
  }
}
