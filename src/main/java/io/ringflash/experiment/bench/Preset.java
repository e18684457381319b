package io.ringflash.experiment.bench;

import io.ringflash.attention.AttentionMask;
import io.ringflash.experiment.bench.Sweep.Problem;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Sizes and masks of well-known models, and of other projects' benchmarks. */
public enum Preset {
  /** Llama 3 8B, prefill of its context length: 32 heads, 8 K/V heads, causal. */
  LLAMA3_8B(decoder(32, 8, Sizes.of(8192), false)),
  /** Llama 3 70B, prefill of its context length: 64 heads, 8 K/V heads, causal. */
  LLAMA3_70B(decoder(64, 8, Sizes.of(8192), false)),
  /** FLUX.1, an image of 1024×1024: 4096 image tokens beside 512 text tokens, 24 heads. */
  FLUX(jointImage(24, 4096)),
  /** Wan 2.1 1.3B, 81 frames of 832×480: 21×30×52 tokens, 12 heads, with 512 text tokens beside. */
  WAN_1_3B(jointImage(12, 32_760)),
  /** Wan 2.1 14B, 81 frames of 1280×720: 21×45×80 tokens, 40 heads, with 512 text tokens beside. */
  WAN_14B(jointImage(40, 75_600)),
  /** zhuzilin/ring-flash-attention's benchmark: Llama 3 8B's heads, 8192 tokens per device. */
  RING_FLASH_ATTENTION(decoder(32, 8, Sizes.of(8192), true)),
  /** FlashAttention's benchmark: 16k tokens in all, 2048 elements over all heads. */
  FLASH_ATTENTION(flashAttention()),
  /** PyTorch's context-parallel test: batch 8, 8 heads of 32, 1024 tokens per device. */
  PYTORCH_CP(
      List.of(
          new Problem(
              Sizes.of(8),
              Sizes.of(1024),
              true,
              Sizes.of(),
              Sizes.of(8),
              Sizes.of(),
              Sizes.of(32),
              0,
              List.of(AttentionMask.NONE, AttentionMask.CAUSAL))));

  private final List<Problem> problems;

  Preset(List<Problem> problems) {
    this.problems = problems;
  }

  public List<Problem> problems() {
    return problems;
  }

  /** The name used on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * @throws IllegalArgumentException if no preset has that label
   */
  public static Preset parse(String label) {
    return Arrays.stream(values())
        .filter(preset -> preset.label().equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "preset should be one of %s but got '%s'".formatted(labels(), label)));
  }

  /** All labels, comma-separated. */
  public static String labels() {
    return Arrays.stream(values()).map(Preset::label).collect(Collectors.joining(", "));
  }

  private static List<Problem> decoder(int heads, int kvHeads, Sizes tokens, boolean perDevice) {
    return List.of(
        new Problem(
            Sizes.of(1),
            tokens,
            perDevice,
            Sizes.of(),
            Sizes.of(heads),
            Sizes.of(kvHeads),
            Sizes.of(128),
            0,
            List.of(AttentionMask.CAUSAL)));
  }

  private static List<Problem> jointImage(int heads, int imageTokens) {
    return List.of(
        new Problem(
            Sizes.of(1),
            Sizes.of(imageTokens),
            false,
            Sizes.of(),
            Sizes.of(heads),
            Sizes.of(),
            Sizes.of(128),
            512,
            List.of(AttentionMask.NONE)));
  }

  private static List<Problem> flashAttention() {
    int tokensInAll = 16_384;
    int elements = 2048;
    return List.of(64, 128).stream()
        .flatMap(headDim ->
            Sizes.parse("512..16k").values().stream()
                .map(tokens ->
                    new Problem(
                        Sizes.of(tokensInAll / tokens),
                        Sizes.of(tokens),
                        false,
                        Sizes.of(),
                        Sizes.of(elements / headDim),
                        Sizes.of(),
                        Sizes.of(headDim),
                        0,
                        List.of(AttentionMask.NONE, AttentionMask.CAUSAL))))
        .toList();
  }
}
