package io.ringflash.experiment;

import io.ringflash.attention.Alibi;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.TensorFileException;
import io.ringflash.tensor.io.TensorFiles;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;

/** ALiBi slopes by the paper's rule or from a file. */
public final class AlibiSource {
  private static final String STANDARD = "auto";

  private AlibiSource() {}

  /**
   * The slopes that {@code source} names.
   *
   * @param source {@code auto} for the paper's slopes, otherwise a file of one tensor (heads) or
   *     (batch, heads)
   */
  public static Alibi load(String source, int heads) throws TensorFileException {
    return source.equals(STANDARD) ? Alibi.standard(heads) : read(Path.of(source));
  }

  /** Whether {@code source} names a file. */
  public static boolean isFile(String source) {
    return !source.equals(STANDARD);
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
