package io.ringflash.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two writers, each with every second token. */
class StagedFileTest {
  private static final int TOKENS = 7;

  @TempDir Path directory;
  private final Arena arena = Arena.ofAuto();

  @ParameterizedTest
  @ValueSource(strings = {".npy", ".safetensors"})
  void isWhatOneWriterWrites(String extension) throws IOException {
    Map<String, Tensor> tensors = tensors(extension);
    Path expected = directory.resolve("one" + extension);
    TensorFiles.write(expected, tensors);

    Path file = directory.resolve("two" + extension);
    Path temporary = StagedFile.temporaryFor(file);
    try (StagedFile first = StagedFile.create(file, temporary, tensors);
        StagedFile second = StagedFile.join(file, temporary, tensors)) {
      writeEverySecondToken(first, tensors, 0);
      writeEverySecondToken(second, tensors, 1);
      assertThat(file).doesNotExist();
      first.publish();
    }
    assertThat(file).hasSameBinaryContentAs(expected);
    assertThat(names()).containsExactlyInAnyOrder("one" + extension, "two" + extension);
  }

  @Test
  void whatIsNotPublishedCanBeRemoved() throws IOException {
    Path file = directory.resolve("out.npy");
    Files.writeString(file, "old");
    Path temporary = StagedFile.temporaryFor(file);
    StagedFile.create(file, temporary, tensors(".npy")).close();
    assertThat(temporary).exists();
    StagedFile.remove(temporary);
    StagedFile.remove(temporary);
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("out.npy");
  }

  @Test
  void refusesWhatCannotBeWritten() {
    Path file = directory.resolve("nowhere").resolve("out.npy");
    assertThatThrownBy(() -> StagedFile.temporaryFor(file))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("folder should exist");
    Path lost = directory.resolve("lost.tmp");
    assertThatThrownBy(() -> StagedFile.join(directory.resolve("o.npy"), lost, tensors(".npy")))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("should be writable");
  }

  /** out with tokens in its second dimension, and where there is room for it lse, in its third. */
  private Map<String, Tensor> tensors(String extension) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("out", range(DType.FP16, 2, TOKENS, 3, 4));
    if (extension.equals(".safetensors")) {
      tensors.put("lse", range(DType.FP32, 2, 3, TOKENS));
    }
    return tensors;
  }

  private static void writeEverySecondToken(
      StagedFile file, Map<String, Tensor> tensors, long start) throws IOException {
    for (String name : tensors.keySet()) {
      file.write(name, name.equals("out") ? 1 : 2, start, (TOKENS + 1 - start) / 2, 2);
    }
    file.force();
  }

  private Tensor range(DType dtype, long... shape) {
    Tensor tensor = Tensor.allocate(arena, dtype, shape);
    for (long i = 0; i < tensor.size(); i++) {
      dtype.store(tensor.data(), i * dtype.byteSize(), (float) i);
    }
    return tensor;
  }

  private Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    }
  }
}
