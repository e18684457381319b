package io.ringflash.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

class TensorWriteTest {
  @TempDir Path folder;
  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    arena.close();
  }

  /** Views of every kind: contiguous, gaps, rows, single elements, repeated, transposed, empty. */
  private Stream<Tensor> views(DType dtype) {
    Tensor tensor = Tensors.random(arena, dtype, 3, 70, 5, 64);
    return Stream.of(
        tensor,
        tensor.select(0, 1),
        tensor.transpose(1, 2),
        tensor.transpose(0, 3),
        tensor.slice(1, 3, 20, 3),
        tensor.slice(3, 1, 30, 2),
        tensor.select(3, 7),
        tensor.select(3, 7).select(0, 2).select(0, 2).select(0, 2),
        tensor.slice(1, 0, 0, 1),
        Tensor.of(tensor.data(), dtype, new long[] {400, 5, 300}, new long[] {0, 1, 0}));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "BF16")
  void npyFilesHoldEveryView(DType dtype) throws IOException {
    Path file = folder.resolve("out.npy");
    for (Tensor view : views(dtype).toList()) {
      TensorFiles.write(file, Map.of("out", view));
      Tensors.assertSame(TensorFiles.readOne(file, arena), view);
    }
  }

  @ParameterizedTest
  @EnumSource
  void safetensorsFilesHoldEveryView(DType dtype) throws IOException {
    Path file = folder.resolve("out.safetensors");
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    views(dtype).forEach(view -> tensors.put("view \"%d\"\n".formatted(tensors.size()), view));
    TensorFiles.write(file, tensors);
    Map<String, Tensor> read = TensorFiles.read(file, arena);
    assertThat(read.keySet()).isEqualTo(tensors.keySet());
    tensors.forEach((name, view) -> Tensors.assertSame(Tensors.get(read, name), view));
  }

  @Test
  void longRunsGoOutInOnePieceAndShortOnesTogether() throws IOException {
    Tensor tensor = Tensors.random(arena, DType.FP32, 1000, 700);
    RecordingChannel channel = new RecordingChannel();
    NpyWriter.write(channel, tensor);
    assertThat(channel.writes).isEqualTo(2);
    channel.writes = 0;
    NpyWriter.write(channel, tensor.slice(1, 0, 64, 1));
    assertThat(channel.writes).isEqualTo(2);
  }

  @Test
  void channelsMayTakeAFewBytesAtATime() throws IOException {
    Tensor tensor = Tensors.random(arena, DType.FP16, 10, 20).transpose(0, 1);
    RecordingChannel whole = new RecordingChannel();
    RecordingChannel slow = new RecordingChannel();
    slow.most = 7;
    NpyWriter.write(whole, tensor);
    NpyWriter.write(slow, tensor);
    assertThat(slow.bytes.toByteArray()).isEqualTo(whole.bytes.toByteArray());
  }

  @Test
  void anNpyIsWhatNumPyWrites() throws IOException {
    Tensor tensor = Tensor.allocate(arena, DType.FP32, 2, 3);
    tensor.set(1, 0, 1);
    RecordingChannel channel = new RecordingChannel();
    NpyWriter.write(channel, tensor);
    byte[] bytes = channel.bytes.toByteArray();
    assertThat(bytes).hasSize(128 + 24);
    assertThat(bytes).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 0x76, 0);
    assertThat(new String(bytes, 10, 118, StandardCharsets.ISO_8859_1))
        .isEqualTo(
            "%-117s\n".formatted("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"));
    assertThat(ByteBuffer.wrap(bytes, 132, 4).array()[134]).isEqualTo((byte) 0x80);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 9, 10, 1_000_000_000_000L})
  void npyElementsStartOnACacheLine(long extent) throws IOException {
    Tensor tensor =
        Tensor.of(arena.allocate(4), DType.FP32, new long[] {extent, 0}, new long[] {0, 0});
    RecordingChannel channel = new RecordingChannel();
    NpyWriter.write(channel, tensor);
    assertThat(channel.bytes.size() % 64).isZero();
  }

  @Test
  void safetensorsAreOrderedByElementSizeAndAligned() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("out", Tensors.random(arena, DType.BF16, 3));
    tensors.put("lse", Tensors.random(arena, DType.FP32, 3));
    RecordingChannel channel = new RecordingChannel();
    SafetensorsWriter.write(channel, tensors);
    byte[] bytes = channel.bytes.toByteArray();
    int length = bytes[0] & 0xFF;
    assertThat(length % 8).isZero();
    assertThat(new String(bytes, 8, length, StandardCharsets.UTF_8).stripTrailing())
        .isEqualTo(
            "{\"lse\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]},"
                + "\"out\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[12,18]}}");
    assertThat(bytes).hasSize(8 + length + 18);
  }

  @Test
  void noTensorsMakeAnEmptySafetensorsFile() throws IOException {
    Path file = folder.resolve("none.safetensors");
    TensorFiles.write(file, Map.of());
    assertThat(TensorFiles.read(file, arena)).isEmpty();
  }

  @Test
  void whatAFormatCannotHoldIsRefusedBeforehand() {
    Map<String, DType> single = Map.of("out", DType.FP32);
    refused("out.npy", Map.of("out", DType.BF16), NpyWriter.NO_BF16);
    refused(
        "out.npy",
        Map.of("out", DType.FP32, "lse", DType.FP32),
        ".npy should get one tensor but got 2; .safetensors holds several");
    for (String name : new String[] {"out.npz", "out.txt", "out", "npy"}) {
      refused(name, single, "an output's name should end in .npy or .safetensors");
    }
    refused("no/out.npy", single, "folder should exist but " + folder.resolve("no") + " is none");
  }

  private void refused(String name, Map<String, DType> types, String problem) {
    Path file = folder.resolve(name);
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() -> TensorFiles.checkWritable(file, types))
        .withMessage(file + ": " + problem);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    types.forEach((tensor, dtype) -> tensors.put(tensor, Tensor.allocate(arena, dtype, 1)));
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() -> TensorFiles.write(file, tensors))
        .withMessage(file + ": " + problem);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void theNpyWriterItselfRefusesWhatItCannotWrite() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> NpyWriter.write(new RecordingChannel(), Tensor.allocate(arena, DType.BF16, 1)))
        .withMessage(NpyWriter.NO_BF16);
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            NpyWriter.write(
                new RecordingChannel(), Tensor.allocate(arena, DType.FP32, new long[33])));
  }

  @Test
  void aFileReadInAnyLayoutIsWrittenInCOrder() throws IOException {
    byte[] fortran =
        NpyBytes.version1(
            NpyBytes.dictionary(">f8", true, java.util.List.of(4L, 5L)),
            NpyBytes.halves(">f8", 20));
    Tensor tensor = TensorFiles.readOne(Files.write(folder.resolve("in.npy"), fortran), arena);
    Path out = folder.resolve("out.npy");
    TensorFiles.write(out, Map.of("out", tensor));
    Tensors.assertSame(TensorFiles.readOne(out, arena), tensor);
  }

  private static final class RecordingChannel implements WritableByteChannel {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int most = Integer.MAX_VALUE;
    int writes;

    @Override
    public int write(ByteBuffer source) {
      byte[] taken = new byte[Math.min(most, source.remaining())];
      source.get(taken);
      bytes.writeBytes(taken);
      writes++;
      return taken.length;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
