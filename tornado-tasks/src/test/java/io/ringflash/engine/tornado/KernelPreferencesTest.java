package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.engine.EngineUnavailableException;
import io.ringflash.faults.DiskError;
import io.ringflash.faults.FaultyFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelPreferencesTest {
  private static final String SUBJECT = "some device, fp32, head dimension 64";

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("kernels.properties");
  }

  @Test
  void whoeverMayReadOtherFilesMayReadThem() throws IOException {
    new KernelPreferences(file).put(SUBJECT, "tensor");

    Path other = Files.createFile(folder.resolve("other"));
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(other));
  }

  @Test
  void anErrorOfTheDiskLeavesTheOldFileOrTheNewOne() throws IOException {
    DiskError none = DiskError.none();
    replace(folder.resolve("sound"), none);
    assertThat(none.count()).isPositive();
    for (int at = 0; at < none.count(); at++) {
      Path own = folder.resolve(String.valueOf(at));
      DiskError error = new DiskError(at);
      assertThatThrownBy(() -> replace(own, error))
          .as("error at moment %d", at)
          .hasMessageContainingAll("kernels.properties: should be ", DiskError.MESSAGE);
      Path kept = own.resolve("kernels.properties");
      assertThat(new KernelPreferences(kept).get(SUBJECT)).get().isIn("tensor", "hopper");
      assertThat(own).isDirectoryNotContaining(path -> !path.equals(kept));
    }
  }

  /** A kernel by another, while {@code error} comes. */
  private static void replace(Path folder, DiskError error) {
    Path kept = folder.resolve("kernels.properties");
    new KernelPreferences(kept).put(SUBJECT, "tensor");
    FaultyFileSystem files = new FaultyFileSystem(folder.getFileSystem(), error);
    new KernelPreferences(files.path(kept)).put(SUBJECT, "hopper");
  }

  @Test
  void whatCannotBeReadIsSaidInWords() throws IOException {
    Files.createDirectory(file);
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> new KernelPreferences(file).get(SUBJECT))
        .withMessageContainingAll(file + ": ", "Is a directory", "remove it to do without");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\u12", "\\uzzzz"})
  void aFileOfSomethingElseIsRefused(String text) throws IOException {
    Files.writeString(file, text);
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> new KernelPreferences(file).get(SUBJECT))
        .withMessageContainingAll("should be a readable file of kernels", "Malformed");
  }
}
