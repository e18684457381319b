package io.ringflash.tensor.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that appears whole or not at all.
 *
 * <p>The content goes to a temporary file beside the target, reaches the disk, and takes the
 * target's name in one step; whoever opens the target finds the old content or the new one. A
 * failure removes the temporary file; only a killed process leaves one, named {@code
 * .TARGET.….tmp}. A symbolic link stays, and the file that it points at is replaced.
 */
public final class AtomicFile {
  /** As many links as Linux follows. */
  private static final int MAX_LINKS = 40;

  /** Leaves room for the rest of a temporary name in the 255 bytes that file systems allow. */
  private static final int LONGEST_STEM = 40;

  private AtomicFile() {}

  /** Writes a file's content to {@code channel}, from its start. */
  @FunctionalInterface
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Refuses a target that {@link #write} could not replace: a directory, a pipe or device, a file
   * or folder without permission, a folder that is not there.
   */
  public static void checkWritable(Path file) throws TensorFileException {
    try {
      checkTarget(file, resolveLinks(file));
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /** Replaces {@code file} by {@code content}. */
  public static void write(Path file, Content content) throws TensorFileException {
    try {
      Path temporary = temporaryFor(file);
      try {
        try (FileChannel channel =
            FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
          content.writeTo(channel);
          channel.force(true);
        }
        publish(temporary, file);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /** Replaces {@code file} by {@code text} in UTF-8. */
  public static void writeText(Path file, String text) throws TensorFileException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    write(
        file,
        channel -> {
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        });
  }

  static TensorFileException unwritable(Path file, IOException e) {
    return new TensorFileException(file, "should be writable but got: " + Printable.reason(e), e);
  }

  /** A name beside the target for content that is not complete yet. */
  static Path temporaryFor(Path file) throws IOException {
    Path target = resolveLinks(file);
    checkTarget(file, target);
    String name = String.valueOf(target.getFileName());
    String stem = name.substring(0, Math.min(LONGEST_STEM, name.length()));
    return target.resolveSibling("." + stem + "." + UUID.randomUUID() + ".tmp");
  }

  /** Gives complete content, which has reached the disk, its name. */
  static void publish(Path temporary, Path file) throws IOException {
    Path target = resolveLinks(file);
    keepPermissions(target, temporary);
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    syncDirectory(folderOf(target));
  }

  private static void keepPermissions(Path target, Path temporary) throws IOException {
    if (Files.exists(target)) {
      Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(target));
    }
  }

  /** Without it, a power cut may take the new name away again. */
  private static void syncDirectory(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * The file that {@link #write} replaces: what {@code file} points at if it is a symbolic link.
   *
   * @throws TensorFileException if the link points at itself
   */
  public static Path resolveLinks(Path file) throws IOException {
    Path target = file;
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      if (links == MAX_LINKS) {
        throw new TensorFileException(file, "should be a file but is a symbolic link to itself");
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }

  private static void checkTarget(Path file, Path target) throws TensorFileException {
    if (Files.isDirectory(target)) {
      throw new TensorFileException(file, "should be a file but is a directory");
    }
    boolean exists = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
    if (exists && !Files.isRegularFile(target)) {
      throw new TensorFileException(file, "should be a regular file but is a device or pipe");
    }
    if (exists && !Files.isWritable(target)) {
      throw new TensorFileException(file, "should be writable but permission is denied");
    }
    Path folder = folderOf(target);
    if (!Files.isDirectory(folder)) {
      throw new TensorFileException(file, "folder should exist but " + folder + " is none");
    }
    if (!Files.isWritable(folder)) {
      throw new TensorFileException(
          file, "folder should be writable but permission is denied in " + folder);
    }
  }

  private static Path folderOf(Path target) {
    Path parent = target.getParent();
    return parent == null ? Path.of("") : parent;
  }
}
