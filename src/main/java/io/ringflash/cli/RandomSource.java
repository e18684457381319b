package io.ringflash.cli;

import io.ringflash.attention.AttentionShape;
import io.ringflash.experiment.JointFiles;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Files, or random numbers. */
final class RandomSource extends InputSource {
  @Option(
      names = "--random",
      paramLabel = "SHAPE",
      description = {
        "Instead: normally distributed numbers of shape",
        "B,S,H,D[,KVH[,SK]], from --seed."
      })
  private @Nullable AttentionShape shape;

  /**
   * The shape of random inputs, or null if files are given.
   *
   * @throws IllegalArgumentException if both are given
   */
  @Nullable AttentionShape shape() {
    if (shape != null && given()) {
      throw new IllegalArgumentException("--random should come without input files");
    }
    return shape;
  }

  @Override
  List<Path> paths(JointFiles joint) {
    return shape() == null ? super.paths(joint) : joint.paths();
  }

  @Override
  String choices() {
    return "--q, --k and --v (or --input, or --random)";
  }
}
