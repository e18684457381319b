package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTest {
  @Test
  void foldersOfOneDiskAreTheSame(@TempDir Path folder) throws IOException {
    Path inside = Files.createDirectory(folder.resolve("inside"));
    assertThat(Disk.of(inside).identity()).isEqualTo(Disk.of(folder).identity());
    assertThat(Disk.of(folder).freeBytes()).isPositive();
  }

  @Test
  void inAChrootThereIsRoomToo(@TempDir Path folder) throws IOException {
    Disk disk = Disk.of(folder, DiskTest::hasNoMount);
    assertThat(disk.freeBytes()).isPositive().isLessThan(Long.MAX_VALUE);
    assertThat(disk.identity()).isEqualTo(Disk.of(Path.of("/"), DiskTest::hasNoMount).identity());
  }

  @Test
  void aMissingFolderIsAFailure(@TempDir Path folder) {
    assertThatThrownBy(() -> Disk.of(folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  /** As Java looks disks up where no mount is the folder's. */
  private static FileStore hasNoMount(Path folder) throws IOException {
    throw new IOException("Mount point not found");
  }
}
