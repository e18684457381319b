package io.ringflash.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringflash.faults.FaultyFileSystem;
import io.ringflash.faults.FileInterference.Moment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  private static AtomicFile.Content content(String text) {
    return channel -> channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  private void assertRefused(Path file, String problem) throws IOException {
    List<String> before = names();
    AtomicInteger calls = new AtomicInteger();
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() -> AtomicFile.checkWritable(file))
        .withMessage(file + ": " + problem);
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() -> AtomicFile.write(file, channel -> calls.incrementAndGet()))
        .withMessage(file + ": " + problem);
    assertThat(calls).as("nothing is written").hasValue(0);
    assertThat(names()).isEqualTo(before);
  }

  @Test
  void aNewFileAppearsWhenItIsWhole() throws IOException {
    Path file = folder.resolve("out");
    AtomicFile.checkWritable(file);
    AtomicFile.write(
        file,
        channel -> {
          content("who").writeTo(channel);
          assertThat(file).doesNotExist();
          assertThat(names()).singleElement().asString().matches("\\.out\\..*\\.tmp");
          content("le").writeTo(channel);
        });
    assertThat(file).hasContent("whole");
    assertThat(names()).containsExactly("out");
  }

  /** What is renamed before it is on the disk may be empty after a power cut. */
  @Test
  void theContentIsOnTheDiskBeforeItGetsItsName() throws IOException {
    List<String> done = new ArrayList<>();
    FaultyFileSystem files =
        new FaultyFileSystem(
            folder.getFileSystem(),
            (operation, moment, file) -> {
              if (moment == Moment.AFTER) {
                done.add(operation + (file.equals(folder) ? " folder" : ""));
              }
            });
    AtomicFile.write(files.path(folder.resolve("out")), content("new"));
    assertThat(done)
        .containsExactly(
            "OPEN",
            "WRITE",
            "FORCE",
            "CLOSE",
            "MOVE",
            "OPEN folder",
            "FORCE folder",
            "CLOSE folder");
  }

  @Test
  void anOldFileStaysUntilTheNewOneIsWhole() throws IOException {
    Path file = Files.writeString(folder.resolve("out"), "old");
    AtomicFile.write(
        file,
        channel -> {
          content("new").writeTo(channel);
          assertThat(file).hasContent("old");
        });
    assertThat(file).hasContent("new");
    assertThat(names()).containsExactly("out");
  }

  @Test
  void failuresLeaveTheOldFileAndNothingElse() throws IOException {
    Path file = Files.writeString(folder.resolve("out"), "old");
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() ->
            AtomicFile.write(
                file,
                channel -> {
                  content("half").writeTo(channel);
                  throw new IOException("No space left on device");
                }))
        .withMessage(file + ": should be writable but got: No space left on device");
    assertThatIllegalStateException()
        .isThrownBy(() ->
            AtomicFile.write(
                file,
                channel -> {
                  throw new IllegalStateException();
                }));
    assertThatExceptionOfType(InternalError.class)
        .isThrownBy(() ->
            AtomicFile.write(
                file,
                channel -> {
                  throw new InternalError("a fault occurred");
                }));
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("out");
  }

  @Test
  void anInterruptedWriterLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = Files.writeString(folder.resolve("out"), "old");
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(() ->
            AtomicFile.write(
                file,
                channel -> {
                  Thread.currentThread().interrupt();
                  content("half").writeTo(channel);
                }));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("out");
  }

  @Test
  void aRenameThatFailsLeavesNothing() throws IOException {
    Path file = folder.resolve("out");
    assertThatExceptionOfType(TensorFileException.class)
        .isThrownBy(
            () -> AtomicFile.write(file, channel -> Files.createDirectories(file.resolve("x"))))
        .withMessageStartingWith(file + ": ");
    assertThat(names()).containsExactly("out");
    assertThat(file).isDirectory();
  }

  @Test
  void linksStayAndTheirTargetIsReplaced() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    Path target = Files.writeString(data.resolve("real"), "old");
    Path inner = Files.createSymbolicLink(data.resolve("inner"), Path.of("real"));
    Path outer = Files.createSymbolicLink(folder.resolve("outer"), Path.of("data/inner"));
    AtomicFile.write(outer, content("new"));
    assertThat(target).hasContent("new").isRegularFile();
    assertThat(inner).isSymbolicLink();
    assertThat(outer).isSymbolicLink();
    Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("data/made"));
    AtomicFile.write(dangling, content("made"));
    assertThat(data.resolve("made")).hasContent("made").isRegularFile();
    assertThat(dangling).isSymbolicLink();
  }

  @Test
  void whatCannotBeReplacedIsRefused() throws IOException, InterruptedException {
    Path directory = Files.createDirectory(folder.resolve("d"));
    assertRefused(directory, "should be a file but is a directory");
    Path link = Files.createSymbolicLink(folder.resolve("to-d"), Path.of("d"));
    assertRefused(link, "should be a file but is a directory");
    Path loop = Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
    assertRefused(loop, "should be a file but is a symbolic link to itself");
    assertRefused(Path.of("/dev/null"), "should be a regular file but is a device or pipe");
    Path missing = folder.resolve("no");
    assertRefused(missing.resolve("out"), "folder should exist but " + missing + " is none");
    Path file = Files.writeString(folder.resolve("f"), "");
    assertRefused(file.resolve("out"), "folder should exist but " + file + " is none");
    Path pipe = folder.resolve("pipe");
    assumeTrue(
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "needs mkfifo");
    assertRefused(pipe, "should be a regular file but is a device or pipe");
  }

  @Test
  void whatMayNotBeWrittenIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("out"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    assumeFalse(Files.isWritable(file), "root writes everything");
    assertRefused(file, "should be writable but permission is denied");
  }

  @Test
  void permissionsOfTheOldFileStay() throws IOException {
    Path file = Files.writeString(folder.resolve("out"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    AtomicFile.write(file, content("new"));
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void longNamesLeaveRoomForTheTemporaryOne() throws IOException {
    String names = System.getProperty("sun.jnu.encoding", "");
    assumeTrue(names.equals("UTF-8"), "needs a locale whose file names are UTF-8");
    Path file = folder.resolve("é".repeat(120) + ".npy");
    AtomicFile.write(file, content("new"));
    assertThat(file).hasContent("new");
  }

  @Test
  void aNameAloneIsInTheWorkingDirectory() throws IOException {
    Path file = Path.of("atomic-file-test.tmp");
    try {
      AtomicFile.checkWritable(file);
      AtomicFile.write(file, content("new"));
      assertThat(file).hasContent("new");
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
