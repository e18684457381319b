package io.ringflash.experiment;

import io.ringflash.AttentionResult;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.experiment.CollectiveOutput.Target;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.AtomicFile;
import io.ringflash.tensor.io.TensorFileException;
import io.ringflash.tensor.io.TensorFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
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
 * @param shared whether several processes write the same files, not each its own
 */
public record OutputFiles(Path out, @Nullable Path lse, @Nullable Path jointOut, boolean shared) {
  static final String OUT = "out";
  static final String LSE = "lse";

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
    TakenFiles taken = new TakenFiles(inputs);
    for (Path path : paths()) {
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
   * Says before the computation if there is no room on the disks.
   *
   * @param dtype storage type of out
   * @param inputs of the problem
   * @param ownShare of the tokens, that of this process: files of its own hold no others
   */
  public void checkRoom(DType dtype, AttentionInputs inputs, double ownShare)
      throws TensorFileException {
    double share = shared ? 1 : ownShare;
    Map<Object, Long> needed = new HashMap<>();
    for (Path path : paths()) {
      // A pipe, such as /dev/stdout, holds what it is given.
      if (!Files.exists(path) || Files.isRegularFile(path)) {
        requireRoom(path, (long) (share * bytes(path, dtype, inputs)), needed);
      }
    }
  }

  private static void requireRoom(Path path, long bytes, Map<Object, Long> needed)
      throws TensorFileException {
    Disk disk;
    try {
      Path file = AtomicFile.resolveLinks(path).toAbsolutePath();
      disk = Disk.of(Objects.requireNonNull(file.getParent()));
    } catch (IOException e) {
      throw new TensorFileException(path, "cannot be written: " + e.getMessage());
    }
    long together = needed.merge(disk.identity(), bytes, Long::sum);
    long free = disk.freeBytes();
    if (together > free) {
      throw new TensorFileException(
          path,
          "outputs need %s on this disk and %s are free"
              .formatted(Units.bytes(together), Units.bytes(free)));
    }
  }

  private long bytes(Path path, DType dtype, AttentionInputs inputs) {
    Tensor queries = path.equals(jointOut) ? Objects.requireNonNull(inputs.jointQ()) : inputs.q();
    // Whether it has the form of queries is said later.
    long headDim = queries.rank() == 0 ? 1 : Math.max(1, queries.dim(queries.rank() - 1));
    long lseBytes = queries.size() / headDim * Float.BYTES;
    if (path.equals(lse)) {
      return lseBytes;
    }
    return queries.size() * dtype.byteSize() + (holdsSeveral(path) ? lseBytes : 0);
  }

  /**
   * Writes the results, each file whole or not at all. Several processes write into the same files,
   * or, if the names say so, each into its own.
   *
   * @throws UncheckedIOException if a file cannot be written
   */
  public void write(AttentionResult result, ProcessGroup processes) {
    try {
      if (processes.size() > 1) {
        new CollectiveOutput(processes, result, shared).write(targets(result));
        return;
      }
      for (Target target : targets(result)) {
        TensorFiles.write(target.file(), target.tensors());
      }
    } catch (TensorFileException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Target> targets(AttentionResult result) {
    List<Target> targets = new ArrayList<>();
    targets.add(new Target(out, outTensors(out, result.out(), result.lse()), false));
    if (lse != null) {
      targets.add(new Target(lse, Map.of(LSE, result.lse().orElseThrow()), false));
    }
    if (jointOut != null) {
      Tensor joint = result.jointOut().orElseThrow();
      targets.add(new Target(jointOut, outTensors(jointOut, joint, result.jointLse()), true));
    }
    return targets;
  }

  private static Map<String, Tensor> outTensors(Path file, Tensor out, Optional<Tensor> lse) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(OUT, out);
    if (holdsSeveral(file)) {
      tensors.put(LSE, lse.orElseThrow());
    }
    return tensors;
  }

  private static Map<String, DType> outTypes(Path file, DType dtype) {
    return holdsSeveral(file) ? Map.of(OUT, dtype, LSE, DType.FP32) : Map.of(OUT, dtype);
  }

  private static boolean holdsSeveral(Path file) {
    return !file.toString().toLowerCase(Locale.ROOT).endsWith(".npy");
  }
}
