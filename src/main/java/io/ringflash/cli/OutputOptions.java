package io.ringflash.cli;

import io.ringflash.experiment.OutputFiles;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where results go. */
final class OutputOptions {
  @Option(
      names = "--out",
      paramLabel = "F",
      required = true,
      description = "Result: .npy, or .safetensors with out and lse.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path out;

  @Option(
      names = "--lse",
      paramLabel = "F",
      description = "Log-sum-exp (batch, heads, seqLen), fp32.")
  private @Nullable Path lse;

  @Option(names = "--joint-out", paramLabel = "F", description = "Result of --joint-q, like --out.")
  private @Nullable Path jointOut;

  /**
   * @throws IllegalArgumentException if joint queries and their output do not come together
   */
  OutputFiles files(boolean jointQueries) {
    if (jointQueries != (jointOut != null)) {
      throw new IllegalArgumentException(
          jointQueries
              ? "--joint-q should come with --joint-out for its results"
              : "--joint-out should come with --joint-q, whose results it receives");
    }
    return new OutputFiles(out, lse, jointOut);
  }
}
