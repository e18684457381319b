package io.ringflash.tensor.io;

import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A file of tensors that several processes write together, each its own elements at their places.
 * It appears whole or not at all: its content gathers in a temporary file, which one process makes
 * and in the end publishes.
 */
public final class StagedFile implements AutoCloseable {
  /** Below the 2 GiB that a buffer can span. */
  private static final long LONGEST_WRITE = 1L << 30;

  private final Path file;
  private final Path temporary;
  private final Map<String, Tensor> tensors;
  private final FileLayout layout;
  private final FileChannel channel;

  private StagedFile(
      Path file,
      Path temporary,
      Map<String, Tensor> tensors,
      FileLayout layout,
      FileChannel channel) {
    this.file = file;
    this.temporary = temporary;
    this.tensors = tensors;
    this.layout = layout;
    this.channel = channel;
  }

  /** What a file may be called until it is published: a name that no file has. */
  public static Path temporaryFor(Path file) throws TensorFileException {
    try {
      return AtomicFile.temporaryFor(file);
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw AtomicFile.unwritable(file, e);
    }
  }

  /**
   * Makes the temporary file.
   *
   * @param file that will appear, {@code .npy} or {@code .safetensors}
   * @param temporary from {@link #temporaryFor}
   * @param tensors whole ones in C order, of which this process has some elements
   */
  public static StagedFile create(Path file, Path temporary, Map<String, Tensor> tensors)
      throws TensorFileException {
    try {
      StagedFile staged = open(file, temporary, tensors, StandardOpenOption.CREATE_NEW);
      staged.writeFrameOrClose();
      return staged;
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw AtomicFile.unwritable(file, e);
    }
  }

  /**
   * Opens the file that another process made.
   *
   * @param temporary its name
   */
  public static StagedFile join(Path file, Path temporary, Map<String, Tensor> tensors)
      throws TensorFileException {
    try {
      return open(file, temporary, tensors);
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw AtomicFile.unwritable(file, e);
    }
  }

  private static StagedFile open(
      Path file, Path temporary, Map<String, Tensor> tensors, OpenOption... options)
      throws IOException {
    FileLayout layout = OutputFormat.of(file).layout(tensors);
    Set<OpenOption> all = new HashSet<>(List.of(options));
    all.add(StandardOpenOption.WRITE);
    return new StagedFile(file, temporary, tensors, layout, FileChannel.open(temporary, all));
  }

  /**
   * Writes the elements of tensor {@code name} at {@code length} indices of a dimension from {@code
   * start}, every {@code step}.
   */
  public void write(String name, int dimension, long start, long length, long step)
      throws TensorFileException {
    Tensor whole = Objects.requireNonNull(tensors.get(name));
    try {
      write(
          whole,
          whole.slice(dimension, start, length, step),
          Objects.requireNonNull(layout.offsets().get(name)));
    } catch (IOException e) {
      throw AtomicFile.unwritable(file, e);
    }
  }

  /** Makes sure that what this process wrote is on the disk. */
  public void force() throws TensorFileException {
    try {
      channel.force(true);
    } catch (IOException e) {
      throw AtomicFile.unwritable(file, e);
    }
  }

  /** Gives the file its name, once all processes have written. */
  public void publish() throws TensorFileException {
    try {
      AtomicFile.publish(temporary, file);
    } catch (IOException e) {
      throw AtomicFile.unwritable(file, e);
    }
  }

  /** Stops writing. A file that was not published is still there, for {@link #remove}. */
  @Override
  public void close() throws TensorFileException {
    try {
      channel.close();
    } catch (IOException e) {
      throw AtomicFile.unwritable(file, e);
    }
  }

  /**
   * Removes a file that was not published, if there is one. Any process may be the one to do so.
   */
  public static void remove(Path temporary) throws TensorFileException {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw AtomicFile.unwritable(temporary, e);
    }
  }

  private void writeFrameOrClose() throws IOException {
    try {
      writeFrame();
    } catch (IOException e) {
      try (this) {
        throw e;
      }
    }
  }

  private void writeFrame() throws IOException {
    drain(ByteBuffer.wrap(layout.header()), 0);
    if (layout.size() > layout.header().length) {
      drain(ByteBuffer.allocate(1), layout.size() - 1);
    }
  }

  /** Elements lie in the file as they lie in memory: each run without gaps goes out as one. */
  private void write(Tensor whole, Tensor view, long fileOffset) throws IOException {
    if (view.size() == 0) {
      return;
    }
    if (view.isContiguous()) {
      long from = view.byteOffset(new long[view.rank()]);
      long base = whole.byteOffset(new long[whole.rank()]);
      drain(view.data().asSlice(from, view.byteSize()), fileOffset + from - base);
      return;
    }
    for (long i = 0; i < view.dim(0); i++) {
      write(whole, view.select(0, i), fileOffset);
    }
  }

  private void drain(MemorySegment bytes, long position) throws IOException {
    for (long done = 0; done < bytes.byteSize(); done += LONGEST_WRITE) {
      long length = Math.min(LONGEST_WRITE, bytes.byteSize() - done);
      drain(bytes.asSlice(done, length).asByteBuffer(), position + done);
    }
  }

  private void drain(ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }
}
