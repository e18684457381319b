package io.ringflash.cli;

import io.ringflash.AttentionOptions;
import io.ringflash.JointStrategy;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.experiment.JointFiles;
import io.ringflash.tensor.Tensor;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Tokens that every query sees. */
final class JointOptions {
  @Option(
      names = "--joint-k",
      paramLabel = "F",
      description = "Keys that every query sees, whatever the mask.")
  private @Nullable Path k;

  @Option(names = "--joint-v", paramLabel = "F", description = "Their values.")
  private @Nullable Path v;

  @Option(
      names = "--joint-q",
      paramLabel = "F",
      description = "Queries that see every key (run: with --joint-out).")
  private @Nullable Path q;

  @Option(
      names = "--joint-strategy",
      paramLabel = "SIDE",
      description = "Their side: front or back. The answer is the same.")
  private JointStrategy strategy = JointStrategy.FRONT;

  boolean hasQueries() {
    return q != null;
  }

  /**
   * @throws IllegalArgumentException if a file lacks its companions
   */
  JointFiles files() {
    if ((k == null) != (v == null)) {
      throw new IllegalArgumentException("--joint-k and --joint-v should come together");
    }
    if (q != null && k == null) {
      throw new IllegalArgumentException("--joint-q should come with --joint-k and --joint-v");
    }
    return new JointFiles(q, k, v);
  }

  void applyTo(AttentionOptions.Builder options, AttentionInputs inputs) {
    Tensor key = inputs.jointK();
    Tensor value = inputs.jointV();
    if (key != null && value != null) {
      options.joint(inputs.jointQ(), key, value, strategy);
    }
  }
}
