package io.ringflash.cli;

import io.ringflash.AttentionOptions;
import io.ringflash.attention.Alibi;
import io.ringflash.experiment.AlibiSource;
import io.ringflash.tensor.io.TensorFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What makes a weight of a query and a key. */
final class ScoreOptions {
  @Option(names = "--causal", description = "Hide the keys after a query's position.")
  private boolean causal;

  @Option(
      names = "--window",
      paramLabel = "L,R",
      description = "Keys visible before and after a query's position; -1: no limit.")
  private Window window = Window.UNLIMITED;

  @Option(
      names = "--softcap",
      paramLabel = "X",
      description = "Bound scores by X*tanh(score/X); 0: off.")
  private float softcap;

  @Option(
      names = "--alibi",
      paramLabel = "F|auto",
      description = "Linear biases: slopes (heads) or (batch, heads) from a file, or the paper's.")
  private @Nullable AlibiSource alibi;

  @Option(
      names = "--scale",
      paramLabel = "X",
      description = "Factor of q*k (default: 1/sqrt(headDim)).")
  private @Nullable Float scale;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description = "Drop weights with this probability, in [0, 1).")
  private float dropout;

  @Option(names = "--seed", paramLabel = "N", description = "Of everything random (default: 0).")
  private long seed;

  long seed() {
    return seed;
  }

  /** Files that are read. */
  List<Path> files() {
    return alibi == null ? List.of() : Stream.ofNullable(alibi.file()).toList();
  }

  /**
   * @param heads of the queries
   */
  void applyTo(AttentionOptions.Builder options, int heads) throws TensorFileException {
    options
        .causal(causal)
        .window(window.left(), window.right())
        .softcap(softcap)
        .alibi(alibi == null ? Alibi.NONE : alibi.load(heads))
        .dropout(dropout, seed);
    if (scale != null) {
      options.softmaxScale(scale);
    }
  }
}
