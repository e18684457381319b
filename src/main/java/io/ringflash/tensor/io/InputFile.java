package io.ringflash.tensor.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** An open regular file whose size was looked at once; all spans are held against that size. */
final class InputFile implements Closeable {
  private final Path path;
  private final FileChannel channel;
  private final long size;
  private @Nullable MemorySegment mapping;

  private InputFile(Path path, FileChannel channel, long size) {
    this.path = path;
    this.channel = channel;
    this.size = size;
  }

  static InputFile open(Path path) throws IOException {
    checkRegular(path);
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (AccessDeniedException e) {
      throw new TensorFileException(path, "should be readable but permission is denied", e);
    }
    try {
      return new InputFile(path, channel, channel.size());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Comes before opening: opening a FIFO would wait for its writer. */
  private static void checkRegular(Path path) throws TensorFileException {
    if (Files.isDirectory(path)) {
      throw new TensorFileException(path, "should be a regular file but is a directory");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new TensorFileException(path, "should be a regular file but is a device or pipe");
    }
    if (Files.notExists(path)) {
      throw new TensorFileException(path, "should be a readable file but does not exist");
    }
  }

  Path path() {
    return path;
  }

  Location location() {
    return Location.of(path);
  }

  long size() {
    return size;
  }

  /** The {@code length} bytes from {@code offset}, to be read front to back. */
  InputStream stream(long offset, long length) {
    return new SpanInputStream(channel, offset, length);
  }

  /** The {@code length} bytes from {@code offset}, for little-endian fields. */
  ByteBuffer bytes(long offset, int length) throws IOException {
    byte[] bytes = stream(offset, length).readNBytes(length);
    if (bytes.length < length) {
      throw location()
          .error("should have %d bytes from %d but got %d".formatted(length, offset, bytes.length));
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The {@code length} bytes from {@code offset} as read-only memory of {@code arena}, at whatever
   * alignment they have in the file. The file is mapped once, by the first call.
   */
  MemorySegment map(long offset, long length, Arena arena) throws IOException {
    if (length == 0) {
      return MemorySegment.NULL;
    }
    if (mapping == null) {
      mapping = channel.map(MapMode.READ_ONLY, 0, size, arena);
    }
    return mapping.asSlice(offset, length);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
