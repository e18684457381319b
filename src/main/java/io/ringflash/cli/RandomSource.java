package io.ringflash.cli;

import io.ringflash.attention.AttentionShape;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Files, or numbers out of thin air. */
final class RandomSource extends InputSource {
  @Option(
      names = "--random",
      paramLabel = "B,S,H,D[,KVH[,SK]]",
      description = "Normally distributed q, k and v of this shape, from --seed.")
  private @Nullable AttentionShape shape;

  /** The shape of random inputs, or null if files are given. */
  @Nullable AttentionShape shape() {
    return shape;
  }
}
