package io.ringflash.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file of the corpus is refused in one line, and costs no more memory than it has bytes. */
class HostileFilesTest {
  /** What deflate can make of a byte. */
  private static final long HIGHEST_RATIO = 1032;

  @TempDir Path folder;

  static Stream<HostileFile> corpus() {
    return Stream.of(HostileNpy.all(), HostileNpz.all(), HostileSafetensors.all())
        .flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void isRefusedInOneLineWithinItsSize(HostileFile hostile) throws IOException {
    Path file = folder.resolve("hostile" + hostile.extension());
    Files.write(file, hostile.bytes());
    try (CountingArena arena = new CountingArena()) {
      Throwable thrown = catchThrowable(() -> TensorFiles.read(file, arena));
      assertThat(thrown).isInstanceOf(TensorFileException.class);
      assertThat(thrown.getMessage())
          .startsWith(file + ": ")
          .hasSizeLessThan(file.toString().length() + 800)
          .doesNotContainPattern("[\\p{Cntrl}\\u2028\\u2029\\u202e]")
          .doesNotContain("Exception");
      assertThat(arena.allocated())
          .isLessThanOrEqualTo(factor(hostile.extension()) * hostile.bytes().length);
    }
    Throwable fromList = catchThrowable(() -> TensorFiles.list(file));
    assertThat(fromList == null || fromList instanceof TensorFileException).isTrue();
  }

  private static long factor(String extension) {
    return extension.equals(".npz") ? HIGHEST_RATIO : 1;
  }

  @Test
  void namesAreManyAndDiffer() {
    List<String> names = corpus().map(HostileFile::toString).collect(Collectors.toList());
    assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(150);
  }
}
