package io.ringflash.experiment;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.TensorFileException;
import io.ringflash.tensor.io.TensorFiles;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files of joint tokens, each of one tensor.
 *
 * @param q null without joint queries
 * @param k null without joint keys
 * @param v null without joint keys
 */
public record JointFiles(@Nullable Path q, @Nullable Path k, @Nullable Path v) {
  /** Every file that is read. */
  public List<Path> paths() {
    return Stream.of(q, k, v).filter(Objects::nonNull).toList();
  }

  /** The inputs of which {@code mainQ}, {@code mainK} and {@code mainV} are loaded already. */
  public AttentionInputs beside(Tensor mainQ, Tensor mainK, Tensor mainV, Arena arena)
      throws TensorFileException {
    return new AttentionInputs(
        mainQ, mainK, mainV, optional(q, arena), optional(k, arena), optional(v, arena));
  }

  private static @Nullable Tensor optional(@Nullable Path file, Arena arena)
      throws TensorFileException {
    return file == null ? null : TensorFiles.readOne(file, arena);
  }
}
