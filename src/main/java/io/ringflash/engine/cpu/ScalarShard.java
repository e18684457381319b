package io.ringflash.engine.cpu;

import io.ringflash.attention.ScoreRule;
import io.ringflash.engine.ShardRequest;

/** Plain FP32 loops: the block kernel without vector instructions. */
final class ScalarShard extends RowShard {
  ScalarShard(ShardRequest request, CpuResources resources) {
    super(request, resources);
  }

  @Override
  public String kernel() {
    return "scalar";
  }

  @Override
  void foldRow(RowContext context, long row, int query) {
    int keys = context.keyCount();
    int headDim = context.headDim();
    float[] scores = new float[keys];
    float max = Float.NEGATIVE_INFINITY;
    for (int j = 0; j < keys; j++) {
      scores[j] = Float.NEGATIVE_INFINITY;
      if (context.visible(query, j)) {
        float dot = 0;
        for (int d = 0; d < headDim; d++) {
          dot += context.q()[query * headDim + d] * context.k()[j * headDim + d];
        }
        float score = dot * context.problem().scale();
        scores[j] = ScoreRule.capped(score, context.problem().softcap()) - context.bias(query, j);
        max = Math.max(max, scores[j]);
      }
    }
    float sum = 0;
    float[] accumulator = new float[headDim];
    for (int j = 0; j < keys; j++) {
      if (scores[j] != Float.NEGATIVE_INFINITY) {
        float weight = (float) Math.exp(scores[j] - max);
        sum += weight;
        float factor = context.dropoutFactor(query, j);
        if (factor != 0) {
          for (int d = 0; d < headDim; d++) {
            accumulator[d] += weight * factor * context.v()[j * headDim + d];
          }
        }
      }
    }
    state.mergeRow(row, accumulator, 0, max, sum);
  }
}
