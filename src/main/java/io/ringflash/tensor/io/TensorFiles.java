package io.ringflash.tensor.io;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tensors from and to files.
 *
 * <p>The extension tells the format: {@code .npy}, {@code .npz} or {@code .safetensors}. A file
 * with another one is read by its first bytes. The one tensor of {@code q.npy} is named {@code q};
 * so is that of the entry {@code q.npy} of an archive.
 *
 * <p>Element types: {@code f2}/{@code F16}, {@code BF16} and {@code f4}/{@code F32} stay what they
 * are; {@code f8}/{@code F64} is rounded to FP32. All tensors come out contiguous.
 *
 * <p>Little-endian FP16, BF16 and FP32 tensors in C order are views of the mapped file: read-only,
 * at any alignment, and paged in when touched. Big-endian, FP64, Fortran-order and deflated tensors
 * are copied into the arena.
 *
 * <p>A mapped file should not be cut short while the arena lives. If it is, reading its elements
 * ends in an {@link InternalError}: the JVM catches the system's signal, in vectorised code, too.
 *
 * <p>Whatever is wrong with a file is a {@link TensorFileException}.
 */
public final class TensorFiles {
  private TensorFiles() {}

  /**
   * What {@code file} has, without loading it. The checks are those of {@link #read}, less CRCs.
   */
  public static List<TensorInfo> list(Path file) throws TensorFileException {
    return withTensors(file, tensors -> tensors.stream().map(StoredTensor::info).toList());
  }

  /**
   * All tensors of {@code file} whose element type can be read, in the order of their bytes.
   *
   * @param arena how long the tensors live
   * @throws TensorFileException also if there are tensors, and not one of a readable type
   */
  public static Map<String, Tensor> read(Path file, Arena arena) throws TensorFileException {
    return withTensors(
        file,
        tensors -> {
          List<StoredTensor> supported =
              tensors.stream().filter(tensor -> tensor.info().supported()).toList();
          // Where no type can be read, loading says why.
          return load(supported.isEmpty() ? tensors : supported, arena);
        });
  }

  /**
   * The tensors of {@code file} with these names, in this order.
   *
   * @throws TensorFileException also if a name is missing or its element type cannot be read
   */
  public static Map<String, Tensor> read(Path file, Collection<String> names, Arena arena)
      throws TensorFileException {
    return withTensors(
        file,
        tensors -> {
          Map<String, StoredTensor> byName = new LinkedHashMap<>();
          tensors.forEach(tensor -> byName.put(tensor.info().name(), tensor));
          Map<String, Tensor> loaded = new LinkedHashMap<>();
          for (String name : names) {
            StoredTensor tensor = byName.get(name);
            if (tensor == null) {
              throw Location.of(file)
                  .error(
                      "should have a tensor %s but has %s"
                          .formatted(Printable.quote(name), nameAll(tensors)));
            }
            loaded.put(name, tensor.load(arena));
          }
          return loaded;
        });
  }

  /** The tensor of {@code file}, which must have exactly one. */
  public static Tensor readOne(Path file, Arena arena) throws TensorFileException {
    return withTensors(
        file,
        tensors -> {
          if (tensors.size() != 1) {
            throw Location.of(file).error("should have one tensor but has " + nameAll(tensors));
          }
          return tensors.getFirst().load(arena);
        });
  }

  /**
   * Writes {@code tensors} whole or not at all: see {@link AtomicFile}.
   *
   * @param file ends in {@code .npy}, for exactly one tensor, which is not BF16, or in {@code
   *     .safetensors}
   */
  public static void write(Path file, Map<String, Tensor> tensors) throws TensorFileException {
    Map<String, DType> types = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> types.put(name, tensor.dtype()));
    checkWritable(file, types);
    OutputFormat format = OutputFormat.of(file);
    AtomicFile.write(file, channel -> format.write(channel, tensors));
  }

  /**
   * Tells before a long computation what {@link #write} would tell after it.
   *
   * @param tensors names and element types of what will be written
   */
  public static void checkWritable(Path file, Map<String, DType> tensors)
      throws TensorFileException {
    OutputFormat.of(file).check(tensors, Location.of(file));
    AtomicFile.checkWritable(file);
  }

  private static Map<String, Tensor> load(List<StoredTensor> tensors, Arena arena)
      throws IOException {
    Map<String, Tensor> loaded = new LinkedHashMap<>();
    for (StoredTensor tensor : tensors) {
      loaded.put(tensor.info().name(), tensor.load(arena));
    }
    return loaded;
  }

  private static String nameAll(List<StoredTensor> tensors) {
    if (tensors.isEmpty()) {
      return "none";
    }
    return Printable.quote(
        String.join(", ", tensors.stream().map(tensor -> tensor.info().name()).toList()));
  }

  @FunctionalInterface
  private interface Use<T> {
    T apply(List<StoredTensor> tensors) throws IOException;
  }

  private static <T> T withTensors(Path file, Use<T> use) throws TensorFileException {
    try (InputFile input = InputFile.open(file)) {
      return use.apply(FileFormat.of(input).open(input));
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw new TensorFileException(file, "should be readable but got: " + Printable.reason(e), e);
    }
  }
}
