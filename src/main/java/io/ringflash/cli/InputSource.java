package io.ringflash.cli;

import io.ringflash.experiment.InputFiles;
import io.ringflash.experiment.JointFiles;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Files with q, k and v: three, or one. */
class InputSource {
  @ArgGroup(exclusive = false)
  private @Nullable ThreeFiles three;

  @Option(
      names = "--input",
      paramLabel = "F",
      description = "One .npz or .safetensors file with tensors q, k and v.")
  private @Nullable Path all;

  /** One file a tensor. */
  static final class ThreeFiles {
    @Option(
        names = "--q",
        paramLabel = "F",
        required = true,
        description = "Queries (batch, seqLen, heads, headDim).")
    private @Nullable Path q;

    @Option(
        names = "--k",
        paramLabel = "F",
        required = true,
        description = "Keys (batch, seqLenK, kvHeads, headDim).")
    private @Nullable Path k;

    @Option(names = "--v", paramLabel = "F", required = true, description = "Values, like k.")
    private @Nullable Path v;
  }

  InputFiles files(JointFiles joint) {
    return three == null
        ? new InputFiles(all, null, null, null, joint)
        : new InputFiles(null, three.q, three.k, three.v, joint);
  }
}
