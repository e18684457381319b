package io.ringflash.cli;

import io.ringflash.experiment.OutputFiles;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where results go. */
final class OutputOptions {
  @Option(
      names = "--out",
      paramLabel = "F",
      required = true,
      description = {
        "Result: .npy, or .safetensors with out and lse. Several processes write one",
        "file together, or each its own tokens if the name has {process} for its number."
      })
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private OutputName out;

  @Option(
      names = "--lse",
      paramLabel = "F",
      description = "Log-sum-exp (batch, heads, seqLen), fp32.")
  private @Nullable OutputName lse;

  @Option(names = "--joint-out", paramLabel = "F", description = "Result of --joint-q, like --out.")
  private @Nullable OutputName jointOut;

  /**
   * @param process number of this process
   * @throws IllegalArgumentException if joint queries and their output do not come together, or
   *     only some names are for each process
   */
  OutputFiles files(boolean jointQueries, int process) {
    if (jointQueries != (jointOut != null)) {
      throw new IllegalArgumentException(
          jointQueries
              ? "--joint-q should come with --joint-out for its results"
              : "--joint-out should come with --joint-q, whose results it receives");
    }
    boolean shared = !out.isPerProcess();
    if (Stream.of(out, lse, jointOut)
        .filter(Objects::nonNull)
        .anyMatch(name -> name.isPerProcess() == shared)) {
      throw new IllegalArgumentException("either all outputs' names should have {process} or none");
    }
    return new OutputFiles(
        out.of(process),
        lse == null ? null : lse.of(process),
        jointOut == null ? null : jointOut.of(process),
        shared);
  }
}
