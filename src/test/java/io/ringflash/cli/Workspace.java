package io.ringflash.cli;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionShape;
import io.ringflash.experiment.RandomInputs;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.TensorFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** A directory with tensor files. */
final class Workspace {
  static final AttentionShape SHAPE = new AttentionShape(1, 40, 40, 4, 2, 8);

  private final Path directory;
  private final Arena arena = Arena.ofAuto();

  Workspace(Path directory) {
    this.directory = directory;
  }

  /** Writes q, k, v, jq, jk and jv. */
  AttentionInputs writeInputs() throws IOException {
    AttentionInputs main = new RandomInputs(arena, DType.FP32, 7).create(SHAPE);
    AttentionInputs joint =
        new RandomInputs(arena, DType.FP32, 8).create(new AttentionShape(1, 3, 5, 4, 2, 8));
    write("q.npy", main.q());
    write("k.npy", main.k());
    write("v.npy", main.v());
    write("jq.npy", joint.q());
    write("jk.npy", joint.k());
    write("jv.npy", joint.v());
    return new AttentionInputs(main.q(), main.k(), main.v(), joint.q(), joint.k(), joint.v());
  }

  void write(String name, Tensor tensor) throws IOException {
    TensorFiles.write(path(name), Map.of("tensor", tensor));
  }

  void writeAll(String name, Map<String, Tensor> tensors) throws IOException {
    TensorFiles.write(path(name), tensors);
  }

  /** A tensor of consecutive numbers. */
  Tensor range(DType dtype, long... shape) {
    Tensor tensor = Tensor.allocate(arena, dtype, shape);
    for (long i = 0; i < tensor.size(); i++) {
      dtype.store(tensor.data(), i * dtype.byteSize(), i);
    }
    return tensor;
  }

  Tensor read(String name) throws IOException {
    return TensorFiles.readOne(path(name), arena);
  }

  /** One tensor of several. */
  Tensor read(String name, String tensor) throws IOException {
    return Objects.requireNonNull(TensorFiles.read(path(name), arena).get(tensor));
  }

  Path path(String name) {
    return directory.resolve(name);
  }

  /** Runs a command line in which a word after @ is a file of this directory. */
  Invocation invoke(String line) {
    String[] words = line.strip().split("\\s+");
    for (int i = 0; i < words.length; i++) {
      if (words[i].startsWith("@")) {
        words[i] = path(words[i].substring(1)).toString();
      }
    }
    return Invocation.of(words);
  }

  /** Names of all files, hidden ones too. */
  List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
