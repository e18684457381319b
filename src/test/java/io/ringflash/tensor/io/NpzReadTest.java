package io.ringflash.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.ZipBytes.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class NpzReadTest {
  private static final byte[] VECTOR = NpyBytes.vector(5);

  @TempDir Path folder;
  private final CountingArena arena = new CountingArena();

  @AfterEach
  void close() {
    arena.close();
  }

  /** Each time a new file: a mapping sees what is later written to its own. */
  private Path file(byte[] bytes) throws IOException {
    return Files.write(Files.createTempFile(folder, "x", ".npz"), bytes);
  }

  private Map<String, Tensor> read(Entry... entries) throws IOException {
    return TensorFiles.read(file(ZipBytes.of(entries).build()), arena);
  }

  @Test
  void storedEntriesAreMapped() throws IOException {
    Map<String, Tensor> tensors =
        read(Entry.stored("q.npy", VECTOR), Entry.stored("layer/k.npy", NpyBytes.vector(3)));
    assertThat(tensors.keySet()).containsExactly("q", "layer/k");
    assertThat(Tensors.get(tensors, "q").data().isMapped()).isTrue();
    assertThat(arena.allocated()).isZero();
    assertThat(Tensors.values(Tensors.get(tensors, "layer/k"))).containsExactly(0.5f, 1.5f, 2.5f);
  }

  @ParameterizedTest
  @CsvSource({"<f4, false", "<f2, true", ">f4, false", ">f8, true", "<f8, false", "<f4, true"})
  void deflatedAndStoredEntriesHaveTheSameValues(String descr, boolean fortran) throws IOException {
    byte[] npy =
        NpyBytes.version1(
            NpyBytes.dictionary(descr, fortran, List.of(30L, 40L)), NpyBytes.halves(descr, 1200));
    Map<String, Tensor> tensors = read(Entry.stored("a.npy", npy), Entry.deflated("b.npy", npy));
    Path alone = Files.write(folder.resolve("c.npy"), npy);
    Tensor expected = TensorFiles.readOne(alone, arena);
    Tensors.assertSame(Tensors.get(tensors, "a"), expected);
    Tensors.assertSame(Tensors.get(tensors, "b"), expected);
  }

  /** Every honest way to say where an entry's sizes are. */
  static Stream<Entry> headers() {
    return Stream.of(Entry.stored("q.npy", VECTOR), Entry.deflated("q.npy", VECTOR))
        .flatMap(entry ->
            Stream.of(
                copy(entry),
                copy(entry).zip64Local(),
                copy(entry).zip64Local().zip64Central(),
                copy(entry).streamed(true, false),
                copy(entry).streamed(false, false),
                copy(entry).streamed(true, true),
                copy(entry).streamed(false, true).zip64Local(),
                copy(entry).flags(1 << 11)));
  }

  private static Entry copy(Entry entry) {
    return entry.localMethod == 0 ? Entry.stored("q.npy", VECTOR) : Entry.deflated("q.npy", VECTOR);
  }

  @ParameterizedTest
  @MethodSource("headers")
  void sizesMayBeInTheHeaderTheZip64FieldOrTheDescriptor(Entry entry) throws IOException {
    Entry other = Entry.stored("k.npy", VECTOR);
    for (Map<String, Tensor> tensors : List.of(read(entry, other), read(other, entry))) {
      assertThat(Tensors.values(Tensors.get(tensors, "q")))
          .containsExactly(0.5f, 1.5f, 2.5f, 3.5f, 4.5f);
    }
  }

  @Test
  void zip64EndRecordsAreRead() throws IOException {
    for (boolean only : List.of(false, true)) {
      ZipBytes zip = ZipBytes.of(Entry.stored("q.npy", VECTOR));
      zip.zip64 = true;
      zip.zip64OnlyInZip64 = only;
      assertThat(TensorFiles.read(file(zip.build()), arena)).containsOnlyKeys("q");
    }
  }

  @Test
  void headerOffsetsMayBeInTheZip64Field() throws IOException {
    Entry entry = Entry.stored("q.npy", VECTOR);
    entry.centralExtra = ZipBytes.zip64(0);
    entry.centralOffset = ZipFields.IN_ZIP64;
    assertThat(read(entry)).containsOnlyKeys("q");
  }

  @Test
  void otherExtraFieldsAndEntryCommentsDoNotMatter() throws IOException {
    Entry entry = Entry.stored("q.npy", VECTOR);
    entry.localExtra = new byte[] {0x55, 0x54, 1, 0, 7};
    entry.centralExtra = new byte[] {0x55, 0x54, 0, 0};
    entry.comment = "queries".getBytes(StandardCharsets.UTF_8);
    assertThat(read(entry)).containsOnlyKeys("q");
  }

  @Test
  void archivesOfTheJdkAreRead() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : List.of("q.npy", "ключ.npy")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(VECTOR);
        zip.closeEntry();
      }
    }
    Map<String, Tensor> tensors = TensorFiles.read(file(bytes.toByteArray()), arena);
    assertThat(tensors.keySet()).containsExactly("q", "ключ");
    assertThat(Tensors.get(tensors, "q").get(4)).isEqualTo(4.5f);
  }

  @Test
  void anHonestTensorOfZerosMayBeAsSmallAsDeflateMakesIt() throws IOException {
    int count = 1 << 20;
    byte[] npy =
        NpyBytes.version1(
            NpyBytes.dictionary("<f4", false, List.of((long) count)), new byte[4 * count]);
    Entry entry = Entry.deflated("q.npy", npy);
    assertThat(npy.length / entry.compressed.length).isGreaterThan(900);
    assertThat(Tensors.get(read(entry), "q").size()).isEqualTo(count);
    assertThat(arena.allocated()).isEqualTo(4L * count);
  }

  @Test
  void anEmptyArchiveHasNoTensors() throws IOException {
    Path file = file(new ZipBytes().build());
    assertThat(TensorFiles.read(file, arena)).isEmpty();
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() -> TensorFiles.readOne(file, arena))
        .withMessageEndingWith("should have one tensor but has none");
  }

  @Test
  void entriesThatAreNotAskedForAreNotLoaded() throws IOException {
    Entry damaged = Entry.deflated("k.npy", VECTOR).crc(0);
    Path file = file(ZipBytes.of(Entry.deflated("q.npy", VECTOR), damaged).build());
    assertThat(TensorFiles.read(file, List.of("q"), arena)).containsOnlyKeys("q");
    assertThat(TensorFiles.list(file)).hasSize(2);
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() -> TensorFiles.read(file, List.of("q", "k"), arena))
        .withMessageContaining("tensor 'k': CRC should be");
  }
}
