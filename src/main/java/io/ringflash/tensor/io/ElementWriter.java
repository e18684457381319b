package io.ringflash.tensor.io;

import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Writes tensors of any strides in C order. Long contiguous runs go out as they lie; shorter ones
 * are gathered first.
 */
final class ElementWriter implements AutoCloseable {
  private static final int STAGING = 1 << 20;

  /** Below the 2 GiB that a buffer can span. */
  private static final long LONGEST_WRITE = 1L << 30;

  private final WritableByteChannel channel;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment staging = arena.allocate(STAGING, Long.BYTES);
  private long staged;

  ElementWriter(WritableByteChannel channel) {
    this.channel = channel;
  }

  void write(byte[] bytes) throws IOException {
    drain(ByteBuffer.wrap(bytes));
  }

  void write(Tensor tensor) throws IOException {
    gather(tensor);
    flush();
  }

  private void gather(Tensor view) throws IOException {
    if (view.size() == 0) {
      return;
    }
    if (view.isContiguous()) {
      append(view.data().asSlice(view.byteOffset(new long[view.rank()]), view.byteSize()));
    } else if (view.rank() == 1) {
      appendStrided(view);
    } else {
      for (long i = 0; i < view.dim(0); i++) {
        gather(view.select(0, i));
      }
    }
  }

  private void append(MemorySegment run) throws IOException {
    if (run.byteSize() > STAGING - staged) {
      flush();
    }
    if (run.byteSize() > STAGING) {
      drain(run);
    } else {
      MemorySegment.copy(run, 0, staging, staged, run.byteSize());
      staged += run.byteSize();
    }
  }

  private void appendStrided(Tensor row) throws IOException {
    int width = row.dtype().byteSize();
    for (long done = 0; done < row.dim(0); ) {
      if (staged + width > STAGING) {
        flush();
      }
      long part = Math.min(row.dim(0) - done, (STAGING - staged) / width);
      Tensor target = Tensor.of(staging.asSlice(staged), row.dtype(), part);
      target.copyFrom(row.slice(0, done, part, 1));
      staged += part * width;
      done += part;
    }
  }

  private void flush() throws IOException {
    drain(staging.asSlice(0, staged));
    staged = 0;
  }

  private void drain(MemorySegment bytes) throws IOException {
    for (long done = 0; done < bytes.byteSize(); done += LONGEST_WRITE) {
      long length = Math.min(LONGEST_WRITE, bytes.byteSize() - done);
      drain(bytes.asSlice(done, length).asByteBuffer());
    }
  }

  private void drain(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
