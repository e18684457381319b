package io.ringflash.cli;

import io.ringflash.experiment.InputFiles;
import io.ringflash.experiment.JointFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Files with q, k and v: three, or one. */
class InputSource {
  @Option(
      names = "--q",
      paramLabel = "F",
      description = "Queries (batch, seqLen, heads, headDim): .npy.")
  private @Nullable Path q;

  @Option(names = "--k", paramLabel = "F", description = "Keys (batch, seqLenK, kvHeads, headDim).")
  private @Nullable Path k;

  @Option(names = "--v", paramLabel = "F", description = "Values, like k.")
  private @Nullable Path v;

  @Option(
      names = "--input",
      paramLabel = "F",
      description = "Instead: one .npz or .safetensors with tensors q, k and v.")
  private @Nullable Path all;

  /** Whether any file is given. */
  final boolean given() {
    return all != null || separateFiles() > 0;
  }

  /**
   * The files, with those of joint tokens.
   *
   * @throws IllegalArgumentException unless it is three or one
   */
  final InputFiles files(JointFiles joint) {
    long separate = separateFiles();
    if (all != null && separate > 0) {
      throw new IllegalArgumentException(
          "--input has q, k and v: it should come without --q, --k and --v");
    }
    if (all == null && separate < 3) {
      throw new IllegalArgumentException(
          "inputs should be %s but got %d of them".formatted(choices(), separate));
    }
    return new InputFiles(all, q, k, v, joint);
  }

  /**
   * Every file that is read, with those of joint tokens.
   *
   * @throws IllegalArgumentException unless the inputs are three or one
   */
  List<Path> paths(JointFiles joint) {
    return files(joint).paths();
  }

  /** What a user can give. */
  String choices() {
    return "--q, --k and --v (or --input)";
  }

  private long separateFiles() {
    return Stream.of(q, k, v).filter(Objects::nonNull).count();
  }
}
