package io.ringflash.experiment.bench;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.ExchangeKind;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import java.util.List;

/** Small cases for tests. */
final class Cases {
  private static final AttentionShape SHAPE = new AttentionShape(1, 96, 96, 2, 1, 16);

  private Cases() {}

  /** One case for each ring. */
  static List<BenchCase> rings(String rings) {
    return Ring.parse(rings).stream().map(ring -> of(ring, AttnType.AUTO)).toList();
  }

  /** A kernel that cpu devices do not have. */
  static List<BenchCase> impossible() {
    return Ring.parse("cpu:1..1").stream().map(ring -> of(ring, AttnType.TENSOR)).toList();
  }

  private static BenchCase of(Ring ring, AttnType attnType) {
    return new BenchCase(
        ring,
        2,
        attnType,
        DType.FP32,
        SHAPE,
        3,
        AttentionMask.CAUSAL,
        Sharding.ZIGZAG,
        ExchangeKind.HOST);
  }
}
