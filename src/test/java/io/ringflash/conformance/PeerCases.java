package io.ringflash.conformance;

import io.ringflash.attention.AttentionShape;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The cases that other implementations test themselves with; our accuracy rule is tighter than
 * theirs.
 */
public final class PeerCases {
  private PeerCases() {}

  /** All of them, on rings of at most {@code maxDevices}. */
  public static Stream<ConformanceCase> all(int maxDevices) {
    List<ConformanceCase> cases = new ArrayList<>();
    ringFlashAttention(cases, maxDevices);
    yunchang(cases, maxDevices);
    vllmOmni(cases, maxDevices);
    transformerEngine(cases, maxDevices);
    contextParallel(cases, maxDevices);
    magiAttention(cases, maxDevices);
    return cases.stream();
  }

  /** zhuzilin/ring-flash-attention. */
  private static void ringFlashAttention(List<ConformanceCase> cases, int maxDevices) {
    int ranks = Math.min(8, maxDevices);
    for (Sharding sharding : List.of(Sharding.CONTIGUOUS, Sharding.ZIGZAG, Sharding.STRIPED)) {
      int seqLen = sharding == Sharding.CONTIGUOUS ? 3816 : 3824;
      cases.add(
          of(1, seqLen, 5, 5, 128, DType.BF16, ranks)
              .withMask(true, -1, -1)
              .withRing(ranks, sharding));
    }
  }

  /** feifeibear/long-context-attention (yunchang). */
  private static void yunchang(List<ConformanceCase> cases, int maxDevices) {
    int ranks = Math.min(8, maxDevices);
    cases.add(of(1, 1024, 32, 32, 64, DType.BF16, ranks));
    cases.add(of(2, 1024, 8, 8, 32, DType.BF16, ranks).withMask(true, -1, -1));
    cases.add(of(2, 3816, 8, 8, 128, DType.BF16, ranks).withMask(true, -1, -1));
  }

  /** vllm-omni: two ranks of 19 tokens. */
  private static void vllmOmni(List<ConformanceCase> cases, int maxDevices) {
    cases.add(of(1, 38, 4, 4, 64, DType.BF16, Math.min(2, maxDevices)));
  }

  /** NVIDIA TransformerEngine: sliding windows and GQA. */
  private static void transformerEngine(List<ConformanceCase> cases, int maxDevices) {
    int ranks = Math.min(2, maxDevices);
    for (long[] window : new long[][] {{512, 0}, {512, 512}, {128, 0}}) {
      boolean causal = window[1] == 0;
      cases.add(of(2, 4096, 12, 12, 128, DType.BF16, ranks).withMask(causal, window[0], window[1]));
      cases.add(of(2, 4096, 32, 4, 128, DType.FP16, ranks).withMask(causal, window[0], window[1]));
    }
  }

  /** PyTorch context parallel. */
  private static void contextParallel(List<ConformanceCase> cases, int maxDevices) {
    int ranks = Math.min(4, maxDevices);
    cases.add(of(8, 1024 * ranks, 8, 8, 32, DType.FP32, ranks).withMask(true, -1, -1));
  }

  /** MagiAttention: lengths that divide by nothing. */
  private static void magiAttention(List<ConformanceCase> cases, int maxDevices) {
    int[] seqLens = {10000, 11021, 900};
    int[] ranks = {1, 3, 8};
    for (int i = 0; i < seqLens.length; i++) {
      int devices = Math.min(ranks[i], maxDevices);
      int headDim = i == 1 ? 64 : 128;
      int kvHeads = i == 0 ? 8 : 2;
      cases.add(
          of(1, seqLens[i], 8, kvHeads, headDim, DType.BF16, devices)
              .withMask(true, -1, -1)
              .withRing(devices, Sharding.ZIGZAG));
    }
  }

  private static ConformanceCase of(
      int batch, int seqLen, int heads, int kvHeads, int headDim, DType dtype, int devices) {
    AttentionShape shape = new AttentionShape(batch, seqLen, seqLen, heads, kvHeads, headDim);
    return ConformanceCase.plain(shape, dtype, devices);
  }
}
