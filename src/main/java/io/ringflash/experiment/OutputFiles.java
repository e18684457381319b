package io.ringflash.experiment;

import io.ringflash.AttentionResult;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.TensorFileException;
import io.ringflash.tensor.io.TensorFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where results go. A {@code .safetensors} file receives out and lse, a {@code .npy} file out
 * alone.
 *
 * @param out results of the sequence
 * @param lse a file for lse alone, or null
 * @param jointOut results of the joint queries, or null without any
 */
public record OutputFiles(Path out, @Nullable Path lse, @Nullable Path jointOut) {
  private static final String OUT = "out";
  private static final String LSE = "lse";

  /** Every file that is written, in that order. */
  public List<Path> paths() {
    return Stream.of(out, lse, jointOut).filter(Objects::nonNull).toList();
  }

  /**
   * Says before the computation what {@link #write} would say after it.
   *
   * @param dtype storage type of out
   * @param inputs files that must not be overwritten
   */
  public void check(DType dtype, List<Path> inputs) throws TensorFileException {
    List<Path> taken = new ArrayList<>(inputs);
    for (Path path : paths()) {
      requireNew(path, taken);
      taken.add(path);
    }
    TensorFiles.checkWritable(out, outTypes(out, dtype));
    if (lse != null) {
      TensorFiles.checkWritable(lse, Map.of(LSE, DType.FP32));
    }
    if (jointOut != null) {
      TensorFiles.checkWritable(jointOut, outTypes(jointOut, dtype));
    }
  }

  /**
   * Writes the results, each file whole or not at all.
   *
   * @throws UncheckedIOException if a file cannot be written
   */
  public void write(AttentionResult result) {
    try {
      writeOut(out, result.out(), result.lse());
      if (lse != null) {
        TensorFiles.write(lse, Map.of(LSE, result.lse().orElseThrow()));
      }
      if (jointOut != null) {
        writeOut(jointOut, result.jointOut().orElseThrow(), result.jointLse());
      }
    } catch (TensorFileException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeOut(Path file, Tensor out, Optional<Tensor> lse)
      throws TensorFileException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(OUT, out);
    if (holdsSeveral(file)) {
      tensors.put(LSE, lse.orElseThrow());
    }
    TensorFiles.write(file, tensors);
  }

  private static Map<String, DType> outTypes(Path file, DType dtype) {
    return holdsSeveral(file) ? Map.of(OUT, dtype, LSE, DType.FP32) : Map.of(OUT, dtype);
  }

  private static boolean holdsSeveral(Path file) {
    return !file.toString().toLowerCase(Locale.ROOT).endsWith(".npy");
  }

  private static void requireNew(Path output, List<Path> taken) throws TensorFileException {
    for (Path other : taken) {
      if (sameFile(output, other)) {
        throw new TensorFileException(
            output, "an output should be a file of its own but it is also given as " + other);
      }
    }
  }

  private static boolean sameFile(Path first, Path second) {
    try {
      return Files.isSameFile(first, second);
    } catch (IOException e) {
      // One of them is not there yet.
      return first.toAbsolutePath().normalize().equals(second.toAbsolutePath().normalize());
    }
  }
}
