package io.ringflash.engine.cpu;

import io.ringflash.engine.ShardRequest;

/** FP64 loops; only what is carried between ring steps is FP32. */
final class ReferenceShard extends RowShard {
  ReferenceShard(ShardRequest request, CpuResources resources) {
    super(request, resources);
  }

  @Override
  public String kernel() {
    return "reference";
  }

  @Override
  void foldRow(RowContext context, long row, int query) {
    int keys = context.keyCount();
    int headDim = context.headDim();
    double[] scores = new double[keys];
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < keys; j++) {
      scores[j] = context.visible(query, j) ? score(context, query, j) : Double.NEGATIVE_INFINITY;
      max = Math.max(max, scores[j]);
    }
    double sum = 0;
    double[] weighted = new double[headDim];
    for (int j = 0; j < keys; j++) {
      if (scores[j] != Double.NEGATIVE_INFINITY) {
        double weight = Math.exp(scores[j] - max);
        sum += weight;
        float factor = context.dropoutFactor(query, j);
        if (factor != 0) {
          for (int d = 0; d < headDim; d++) {
            weighted[d] += weight * factor * context.v()[j * headDim + d];
          }
        }
      }
    }
    float stateMax = (float) max;
    double factor = rounding(max, stateMax);
    float[] accumulator = new float[headDim];
    for (int d = 0; d < headDim; d++) {
      accumulator[d] = (float) (weighted[d] * factor);
    }
    state.mergeRow(row, accumulator, 0, stateMax, (float) (sum * factor));
  }

  /**
   * What weights relative to {@code max} are multiplied by, to be relative to {@code stateMax}. Of
   * scores so large that FP32 rounds them by more than 1, no more than their order is known; beyond
   * FP32 there is no answer.
   */
  private static double rounding(double max, float stateMax) {
    return Float.isInfinite(stateMax) ? Double.NaN : Math.exp(Math.clamp(max - stateMax, -1, 1));
  }

  private static double score(RowContext context, int query, int key) {
    int headDim = context.headDim();
    double dot = 0;
    for (int d = 0; d < headDim; d++) {
      dot += (double) context.q()[query * headDim + d] * context.k()[key * headDim + d];
    }
    double score = dot * context.problem().scale();
    double cap = context.problem().softcap();
    return (cap > 0 ? cap * Math.tanh(score / cap) : score) - context.bias(query, key);
  }
}
