package io.ringflash.cli;

import io.ringflash.experiment.OutputFiles;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where results go. */
final class OutputOptions {
  /** Stands for the number of the process that writes the file. */
  private static final String PROCESS = "{process}";

  @Option(
      names = "--out",
      paramLabel = "F",
      required = true,
      description = {
        "Result: .npy, or .safetensors with out and lse. Several processes write one",
        "file together, or each its own tokens if the name has {process} for its number."
      })
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String out;

  @Option(
      names = "--lse",
      paramLabel = "F",
      description = "Log-sum-exp (batch, heads, seqLen), fp32.")
  private @Nullable String lse;

  @Option(names = "--joint-out", paramLabel = "F", description = "Result of --joint-q, like --out.")
  private @Nullable String jointOut;

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
    boolean shared = !out.contains(PROCESS);
    if (Stream.of(out, lse, jointOut)
        .filter(Objects::nonNull)
        .anyMatch(name -> name.contains(PROCESS) == shared)) {
      throw new IllegalArgumentException("either all outputs' names should have {process} or none");
    }
    return new OutputFiles(
        path(out, process),
        lse == null ? null : path(lse, process),
        jointOut == null ? null : path(jointOut, process),
        shared);
  }

  private static Path path(String name, int process) {
    return Path.of(name.replace(PROCESS, String.valueOf(process)));
  }
}
