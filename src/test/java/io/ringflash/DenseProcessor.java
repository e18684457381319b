package io.ringflash;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.BlockProcessor;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;

/** A block processor as a user would first write it: dense attention with plain loops. */
final class DenseProcessor implements BlockProcessor {
  @Override
  public Result process(Block block) {
    long queries = block.queries().length();
    AttentionProblem problem = block.problem();
    int heads = problem.shape().heads();
    int batch = problem.shape().batch();
    int headDim = problem.shape().headDim();
    Arena arena = Arena.ofAuto();
    Tensor out = Tensor.allocate(arena, DType.FP32, batch, queries, heads, headDim);
    Tensor lse = Tensor.allocate(arena, DType.FP32, batch, heads, queries);
    for (int b = 0; b < batch; b++) {
      for (int h = 0; h < heads; h++) {
        for (int i = 0; i < queries; i++) {
          attend(block, b, h, i, out, lse);
        }
      }
    }
    return new Result(out, lse);
  }

  private static void attend(Block block, int b, int h, int i, Tensor out, Tensor lse) {
    int headDim = block.problem().shape().headDim();
    int kvHead = h / block.problem().shape().groupSize();
    double[] weighted = new double[headDim];
    double sum = 0;
    for (int j = 0; j < block.keys().length(); j++) {
      if (block.visible(i, j)) {
        double weight = Math.exp(score(block, b, h, kvHead, i, j));
        sum += weight;
        for (int d = 0; d < headDim; d++) {
          weighted[d] += weight * block.v().get(b, j, kvHead, d);
        }
      }
    }
    for (int d = 0; d < headDim; d++) {
      // 0 / 0 for a query that sees nothing: lse says that nobody must look at it.
      out.set((float) (weighted[d] / sum), b, i, h, d);
    }
    lse.set((float) Math.log(sum), b, h, i);
  }

  private static double score(Block block, int b, int h, int kvHead, int i, int j) {
    double dot = 0;
    for (int d = 0; d < block.problem().shape().headDim(); d++) {
      dot += (double) block.q().get(b, i, h, d) * block.k().get(b, j, kvHead, d);
    }
    return dot * block.problem().scale();
  }
}
