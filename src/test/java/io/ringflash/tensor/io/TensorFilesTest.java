package io.ringflash.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.ZipBytes.Entry;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TensorFilesTest {
  @TempDir Path folder;
  private final Arena arena = Arena.ofShared();

  @AfterEach
  void close() {
    arena.close();
  }

  private void assertRefused(Path file, String problem) {
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() -> TensorFiles.read(file, arena))
        .withMessage(file + ": " + problem);
  }

  @Test
  void missingFilesAndDirectoriesAreNamed() throws IOException {
    assertRefused(folder.resolve("no.npy"), "should be a readable file but does not exist");
    assertRefused(folder.resolve("no/no.npy"), "should be a readable file but does not exist");
    Path directory = Files.createDirectory(folder.resolve("d.npy"));
    assertRefused(directory, "should be a regular file but is a directory");
    Path dangling = Files.createSymbolicLink(folder.resolve("l.npy"), Path.of("nowhere"));
    assertRefused(dangling, "should be a readable file but does not exist");
    Path loop = Files.createSymbolicLink(folder.resolve("loop.npy"), Path.of("loop.npy"));
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() -> TensorFiles.read(loop, arena))
        .withMessageStartingWith(loop + ": should be readable but");
  }

  @Test
  @Timeout(10)
  void pipesAndDevicesDoNotHang() throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe.npy");
    assumeTrue(
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "needs mkfifo");
    assertRefused(pipe, "should be a regular file but is a device or pipe");
    assertRefused(Path.of("/dev/zero"), "should be a regular file but is a device or pipe");
  }

  @Test
  void unreadableFilesAreNamed() throws IOException {
    Path file = Files.write(folder.resolve("q.npy"), NpyBytes.vector(1));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(file), "root reads everything");
    assertRefused(file, "should be readable but permission is denied");
  }

  @Test
  void aNameWithControlCharactersIsEscaped() {
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() -> TensorFiles.read(folder.resolve("a\u001b[2J\nb.npy"), arena))
        .withMessage(
            folder + "/a\\u001b[2J\\u000ab.npy: should be a readable file but does not exist");
  }

  @Test
  void withoutAnExtensionTheFirstBytesTell() throws IOException {
    byte[] npy = NpyBytes.vector(2);
    byte[] npz = ZipBytes.of(Entry.stored("k.npy", npy)).build();
    byte[] safetensors =
        SafetensorsBytes.file("{" + SafetensorsBytes.tensor("v", "F32", "[2]", "[0,8]") + "}", 8);
    Path file = folder.resolve("blob");
    assertThat(TensorFiles.read(Files.write(file, npy), arena)).containsOnlyKeys("blob");
    assertThat(TensorFiles.read(Files.write(file, npz), arena)).containsOnlyKeys("k");
    assertThat(TensorFiles.read(Files.write(file, safetensors), arena)).containsOnlyKeys("v");
    assertThat(TensorFiles.read(Files.write(file, new ZipBytes().build()), arena)).isEmpty();
    for (int length = 0; length < 6; length++) {
      Files.write(file, java.util.Arrays.copyOf(npz, Math.min(length, 3)));
      assertRefused(
          file,
          "should be .npy, .npz or .safetensors by its name or its first bytes but is neither");
    }
  }

  @Test
  void extensionsCountInAnyCase() throws IOException {
    Path file = Files.write(folder.resolve("Q.NPY"), NpyBytes.vector(2));
    assertThat(TensorFiles.read(file, arena)).containsOnlyKeys("Q");
  }

  @Test
  void missingTensorsAreNamedWithThoseThatAreThere() throws IOException {
    byte[] npy = NpyBytes.vector(2);
    Path file =
        Files.write(
            folder.resolve("x.npz"),
            ZipBytes.of(Entry.stored("a.npy", npy), Entry.stored("b.npy", npy)).build());
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() -> TensorFiles.read(file, List.of("b", "q"), arena))
        .withMessage(file + ": should have a tensor 'q' but has 'a, b'");
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() -> TensorFiles.readOne(file, arena))
        .withMessage(file + ": should have one tensor but has 'a, b'");
    assertThat(TensorFiles.read(file, List.of("b", "a"), arena).keySet()).containsExactly("b", "a");
  }

  @Test
  void aMappedFileThatIsCutGivesAnErrorAndNoCrash() throws IOException {
    Path file = Files.write(folder.resolve("q.npy"), NpyBytes.vector(100_000));
    Tensor tensor = TensorFiles.readOne(file, arena);
    cut(file, 4096);
    assertThatExceptionOfType(InternalError.class).isThrownBy(() -> tensor.copy(arena, DType.FP32));
    assertThatExceptionOfType(InternalError.class)
        .isThrownBy(() -> tensor.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 300_000));
    Path out = folder.resolve("out.npy");
    assertThatExceptionOfType(InternalError.class)
        .isThrownBy(() -> TensorFiles.write(out, Map.of("q", tensor)));
    assertThat(folder).isDirectoryNotContaining("glob:**out*");
  }

  private static void cut(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  @Test
  void aReplacedFileStaysAsItWasMapped() throws IOException {
    Path file = folder.resolve("q.npy");
    Tensor before = Tensors.random(arena, DType.FP32, 1000);
    TensorFiles.write(file, Map.of("q", before));
    Tensor mapped = TensorFiles.readOne(file, arena);
    TensorFiles.write(file, Map.of("q", Tensor.allocate(arena, DType.FP32, 3)));
    Tensors.assertSame(mapped, before);
    TensorFiles.write(file, Map.of("q", mapped));
    Tensors.assertSame(TensorFiles.readOne(file, arena), before);
  }

  @Test
  void noDescriptorStaysOpen() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    assumeTrue(Files.isDirectory(descriptors), "needs Linux");
    Path right = Files.write(folder.resolve("q.npy"), NpyBytes.vector(10));
    Path wrong = Files.write(folder.resolve("w.npy"), new byte[100]);
    TensorFiles.read(right, arena);
    long before = count(descriptors);
    for (int i = 0; i < 200; i++) {
      TensorFiles.read(right, arena);
      assertThatExceptionOfType(TensorFileException.class)
          .isThrownBy(() -> TensorFiles.read(wrong, arena));
    }
    assertThat(count(descriptors)).isLessThan(before + 20);
  }

  private static long count(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.count();
    }
  }
}
