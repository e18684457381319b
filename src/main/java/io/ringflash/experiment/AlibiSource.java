package io.ringflash.experiment;

import io.ringflash.attention.Alibi;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.TensorFileException;
import io.ringflash.tensor.io.TensorFiles;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * ALiBi slopes by the paper's rule or from a file.
 *
 * @param file of one tensor (heads) or (batch, heads), null for the paper's
 */
public record AlibiSource(@Nullable Path file) {
  private static final String STANDARD = "auto";

  /**
   * Parses {@code auto} or the name of a file.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static AlibiSource parse(String text) {
    return new AlibiSource(text.equals(STANDARD) ? null : PathText.parse(text));
  }

  /** The slopes of so many heads. */
  public Alibi load(int heads) throws TensorFileException {
    return file == null ? Alibi.standard(heads) : read(file);
  }

  private static Alibi read(Path file) throws TensorFileException {
    try (Arena arena = Arena.ofConfined()) {
      Tensor slopes = TensorFiles.readOne(file, arena);
      return switch (slopes.rank()) {
        case 1 -> Alibi.perHead(row(slopes));
        case 2 -> Alibi.perBatchAndHead(rows(slopes));
        default ->
            throw new TensorFileException(
                file,
                "should have shape (heads) or (batch, heads) but got "
                    + Arrays.toString(slopes.shape()));
      };
    }
  }

  private static float[] row(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.dim(0))];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.get(i);
    }
    return values;
  }

  private static float[][] rows(Tensor tensor) {
    float[][] values = new float[Math.toIntExact(tensor.dim(0))][];
    for (int i = 0; i < values.length; i++) {
      values[i] = row(tensor.select(0, i));
    }
    return values;
  }
}
