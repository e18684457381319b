package io.ringflash.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A file that holds one input after the other, and what must be true of reading it. */
final class FuzzedFile {
  /** Files there never reach a disk. */
  private static final Path MEMORY = Path.of("/dev/shm");

  /** Larger seeds would slow every input down that is made from them. */
  private static final int LONGEST_SEED = 4096;

  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\\u2028\\u2029\\u202e]");

  private final Path path;
  private final FileChannel channel;
  private final long ratio;

  /** Of all elements: a result that makes reading them worth while to the compiler. */
  private float sum;

  /**
   * @param extension says which parser reads the file
   * @param ratio bytes of memory that a byte of the file may cost
   */
  FuzzedFile(String extension, long ratio) {
    try {
      path =
          Files.isDirectory(MEMORY)
              ? Files.createTempFile(MEMORY, "ringflash-fuzz-", extension)
              : Files.createTempFile("ringflash-fuzz-", extension);
      path.toFile().deleteOnExit();
      channel = FileChannel.open(path, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.ratio = ratio;
  }

  /** Right files of the format, and all small ones that must be refused. */
  static Stream<byte[]> seeds(List<HostileFile> corpus, byte[]... right) {
    return Stream.concat(Stream.of(right), corpus.stream().map(HostileFile::bytes))
        .filter(bytes -> bytes.length <= LONGEST_SEED);
  }

  /**
   * Reads {@code content}: either all tensors come out, within the memory that the file's size
   * allows, or one exception of one line does.
   */
  void read(byte[] content) throws IOException {
    write(content);
    try (CountingArena arena = new CountingArena()) {
      for (Tensor tensor : TensorFiles.read(path, arena).values()) {
        touch(tensor);
      }
      assertThat(arena.allocated()).isLessThanOrEqualTo(ratio * content.length);
    } catch (TensorFileException e) {
      String message = String.valueOf(e.getMessage());
      assertThat(message.startsWith(path + ": ")).as(message).isTrue();
      assertThat(UNPRINTABLE.matcher(message).find()).as(message).isFalse();
    }
  }

  private void write(byte[] content) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
    channel.truncate(content.length);
  }

  /** Every element must be where its tensor says. */
  private void touch(Tensor tensor) {
    assertThat(tensor.isContiguous() || tensor.size() == 0).isTrue();
    for (long i = 0; i < tensor.size(); i++) {
      sum += tensor.dtype().load(tensor.data(), i * tensor.dtype().byteSize());
    }
  }
}
