package io.ringflash.tensor.io;

import static io.ringflash.tensor.io.SafetensorsBytes.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsReadTest {
  @TempDir Path folder;
  private final CountingArena arena = new CountingArena();

  @AfterEach
  void close() {
    arena.close();
  }

  private Path file(String header, byte[] data) throws IOException {
    byte[] bytes = SafetensorsBytes.file(header.getBytes(StandardCharsets.UTF_8), data);
    return Files.write(folder.resolve("x.safetensors"), bytes);
  }

  private Path file(String header, int bytes) throws IOException {
    return file(header, new byte[bytes]);
  }

  @Test
  void halfAndSingleTypesAreMappedReadOnly() throws IOException {
    byte[] data = new byte[10];
    System.arraycopy(NpyBytes.halves("<f4", 1), 0, data, 0, 4);
    System.arraycopy(NpyBytes.halves("<f2", 2), 0, data, 4, 4);
    data[8] = (byte) 0xC0;
    data[9] = (byte) 0x3F;
    String header =
        "{%s,%s,%s}"
            .formatted(
                tensor("b", "BF16", "[]", "[8,10]"),
                tensor("h", "F16", "[2,1]", "[4,8]"),
                tensor("f", "F32", "[1]", "[0,4]"));
    Map<String, Tensor> tensors = TensorFiles.read(file(header, data), arena);
    assertThat(tensors.keySet()).as("in the order of their bytes").containsExactly("f", "h", "b");
    assertThat(tensors.values())
        .extracting(Tensor::dtype)
        .containsExactly(DType.FP32, DType.FP16, DType.BF16);
    assertThat(Tensors.get(tensors, "f").get(0)).isEqualTo(0.5f);
    assertThat(Tensors.get(tensors, "h").get(1, 0)).isEqualTo(1.5f);
    assertThat(Tensors.get(tensors, "b").get()).isEqualTo(1.5f);
    assertThat(tensors.values())
        .allMatch(tensor -> tensor.data().isMapped() && tensor.data().isReadOnly());
    assertThat(arena.allocated()).isZero();
  }

  @Test
  void doublesBecomeSingles() throws IOException {
    String header = "{" + tensor("q", "F64", "[3]", "[0,24]") + "}";
    Tensor tensor = TensorFiles.readOne(file(header, NpyBytes.halves("<f8", 3)), arena);
    assertThat(tensor.dtype()).isEqualTo(DType.FP32);
    assertThat(Tensors.values(tensor)).containsExactly(0.5f, 1.5f, 2.5f);
  }

  @Test
  void otherTypesAreListedAndPassedOver() throws IOException {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},%s,%s,%s}"
            .formatted(
                tensor("ids", "I64", "[2]", "[0,16]"),
                tensor("q", "F32", "[1]", "[16,20]"),
                tensor("packed", "F4", "[2,3]", "[20,23]"));
    Path file = file(header, 23);
    assertThat(TensorFiles.read(file, arena)).containsOnlyKeys("q");
    assertThat(TensorFiles.list(file))
        .containsExactly(
            new TensorInfo("ids", "I64", List.of(2L), false),
            new TensorInfo("q", "F32", List.of(1L), true),
            new TensorInfo("packed", "F4", List.of(2L, 3L), false));
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() -> TensorFiles.read(file, List.of("q", "ids"), arena))
        .withMessage(
            file + ": tensor 'ids': dtype should be one of F16, BF16, F32, F64 but got I64");
  }

  @Test
  void emptyTensorsLieBetweenOthers() throws IOException {
    String header =
        "{%s,%s,%s}"
            .formatted(
                tensor("a", "F32", "[1]", "[0,4]"),
                tensor("none", "F32", "[4,0]", "[4,4]"),
                tensor("b", "F32", "[1]", "[4,8]"));
    Map<String, Tensor> tensors = TensorFiles.read(file(header, 8), arena);
    assertThat(Tensors.get(tensors, "none").shape()).containsExactly(4, 0);
    assertThat(tensors).hasSize(3);
  }

  @Test
  void aFileMayHaveNoTensors() throws IOException {
    assertThat(TensorFiles.read(file("{}", 0), arena)).isEmpty();
    assertThat(TensorFiles.read(file("{\"__metadata__\":{}}  \n", 0), arena)).isEmpty();
  }

  @Test
  void namesMayBeAnyText() throws IOException {
    String header =
        "{%s,%s}"
            .formatted(
                tensor("", "F32", "[0]", "[0,0]"), tensor("\\u043a/✓\\n", "F32", "[0]", "[0,0]"));
    assertThat(TensorFiles.read(file(header, 0), arena)).containsOnlyKeys("", "к/✓\n");
  }

  @Test
  void aThousandTensorsShareOneMapping() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < 1000; i++) {
      header
          .append(i == 0 ? "" : ",")
          .append(tensor("t" + i, "F32", "[1]", "[%d,%d]".formatted(4 * i, 4 * i + 4)));
    }
    Path file = file(header.append("}").toString(), NpyBytes.halves("<f4", 1000));
    Map<String, Tensor> tensors = TensorFiles.read(file, arena);
    assertThat(Tensors.get(tensors, "t999").get(0)).isEqualTo(999.5f);
    assertThat(
            Tensors.get(tensors, "t999").data().address()
                - Tensors.get(tensors, "t0").data().address())
        .isEqualTo(999 * 4);
  }
}
