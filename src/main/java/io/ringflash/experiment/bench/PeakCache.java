package io.ringflash.experiment.bench;

import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.DevicePeaks;
import io.ringflash.tensor.DType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Peaks of one ring, each measured when it is first asked for. */
final class PeakCache {
  private record Key(AttnType attnType, DType dtype, int headDim) {}

  private final RingFlashAttention attention;
  private final Map<Key, Optional<DevicePeaks>> measured = new HashMap<>();

  PeakCache(RingFlashAttention attention) {
    this.attention = attention;
  }

  Optional<DevicePeaks> of(AttnType attnType, AttentionProblem problem) {
    Key key = new Key(attnType, problem.dtype(), problem.shape().headDim());
    return measured.computeIfAbsent(
        key, k -> RingPeaks.measure(attention.group(), attention.processes(), attnType, problem));
  }
}
