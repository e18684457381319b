package io.ringflash.experiment;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.TensorFileException;
import io.ringflash.tensor.io.TensorFiles;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the tensors of a problem come from: {@code q}, {@code k} and {@code v} each from a file of
 * one tensor, or all from one.
 *
 * @param all the file with tensors q, k and v; null if each has its own
 * @param q null if all come from one file
 * @param k as q
 * @param v as q
 * @param joint files of the joint tokens
 */
public record InputFiles(
    @Nullable Path all, @Nullable Path q, @Nullable Path k, @Nullable Path v, JointFiles joint) {
  private static final List<String> NAMES = List.of("q", "k", "v");

  /** Every file that is read. */
  public List<Path> paths() {
    return Stream.concat(Stream.of(all, q, k, v).filter(Objects::nonNull), joint.paths().stream())
        .toList();
  }

  /** Maps the tensors; they live as long as {@code arena}. */
  public AttentionInputs load(Arena arena) throws TensorFileException {
    return all == null
        ? joint.beside(one(q, arena), one(k, arena), one(v, arena), arena)
        : fromOneFile(all, arena);
  }

  private AttentionInputs fromOneFile(Path file, Arena arena) throws TensorFileException {
    Map<String, Tensor> tensors = TensorFiles.read(file, NAMES, arena);
    return joint.beside(named(tensors, "q"), named(tensors, "k"), named(tensors, "v"), arena);
  }

  private static Tensor named(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name));
  }

  private static Tensor one(@Nullable Path file, Arena arena) throws TensorFileException {
    return TensorFiles.readOne(Objects.requireNonNull(file), arena);
  }
}
