package io.ringflash.engine.tornado;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * The way between the caller's tensors and a device: two chunks of host memory, page-locked where
 * the backend does that, take turns. While one travels, other threads fill or empty the other. So
 * what transfers need on the host does not grow with the tensors, and is touched for the first time
 * once in a device's life.
 *
 * <p>For one thread.
 */
final class HostLink implements AutoCloseable {
  /** At tens of GB/s long enough a transfer to make the pauses between two of them small. */
  private static final long CHUNK_BYTES = 16 << 20;

  /** Copying less than this on a thread of its own does not pay. */
  private static final long BYTES_PER_COPY = 1 << 20;

  /**
   * One core's copies are slower than a device's link. Half of the cores are left to the others.
   */
  private static final int COPIERS =
      Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 8);

  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final List<TransferChunk> chunks;
  private final ExecutorService copiers;

  /**
   * @param name of the device, for its threads
   * @param stream names the backend's queue; no other thread uses it
   */
  HostLink(String name, TornadoXPUDevice device, long stream) {
    TransferChunk first = new TransferChunk(device, CHUNK_BYTES, stream);
    try {
      chunks = List.of(first, new TransferChunk(device, CHUNK_BYTES, stream));
    } catch (RuntimeException e) {
      first.close();
      throw e;
    }
    copiers =
        Executors.newFixedThreadPool(
            COPIERS, Thread.ofPlatform().daemon().name(name + "-copy-", 0).factory());
  }

  /**
   * Brings {@code source} to the device, and waits.
   *
   * @param at byte of {@code target} where it goes
   */
  void upload(PackedTensor source, DeviceBuffer target, long at) {
    Passage passage = new Passage(source, at);
    CompletableFuture<Void> filled = passage.gather(0);
    try {
      for (int i = 0; i < passage.count(); i++) {
        filled.join();
        passage.keepPrevious(i);
        filled = i + 1 < passage.count() ? passage.gather(i + 1) : DONE;
        passage.chunk(i).upload(target, passage.place(i), passage.bytes(i));
      }
    } finally {
      awaitQuietly(filled);
    }
  }

  /**
   * Brings what is on the device to {@code target}, and waits.
   *
   * @param at byte of {@code source} where it begins
   */
  void download(DeviceBuffer source, long at, PackedTensor target) {
    Passage passage = new Passage(target, at);
    CompletableFuture<Void> emptied = DONE;
    try {
      for (int i = 0; i < passage.count(); i++) {
        passage.chunk(i).download(source, passage.place(i), passage.bytes(i));
        emptied.join();
        emptied = passage.scatter(i);
      }
      emptied.join();
    } finally {
      awaitQuietly(emptied);
    }
  }

  @Override
  public void close() {
    copiers.close();
    chunks.forEach(TransferChunk::close);
  }

  /** Nothing may go on with the caller's memory; what went wrong is on its way already. */
  private static void awaitQuietly(CompletableFuture<Void> copy) {
    copy.exceptionally(e -> null).join();
  }

  /** Copies some rows between a tensor and packed memory. */
  private interface RowCopy {
    void copy(long firstRow, long count, MemorySegment packed);
  }

  /** One tensor's way through the chunks. */
  private final class Passage {
    private final PackedTensor tensor;
    private final long at;
    private final long chunkRows;

    Passage(PackedTensor tensor, long at) {
      this.tensor = tensor;
      this.at = at;
      this.chunkRows = CHUNK_BYTES / tensor.rowBytes();
    }

    int count() {
      return Math.toIntExact(Math.ceilDiv(tensor.rows(), chunkRows));
    }

    TransferChunk chunk(int index) {
      return chunks.get(index % chunks.size());
    }

    /** Byte of the device memory where a chunk belongs. */
    long place(int index) {
      return at + index * chunkRows * tensor.rowBytes();
    }

    long bytes(int index) {
      return rows(index) * tensor.rowBytes();
    }

    /** A chunk's transfer repeats the end of the one before. */
    void keepPrevious(int index) {
      if (index > 0) {
        chunk(index).keep(content(index - 1));
      }
    }

    CompletableFuture<Void> gather(int index) {
      return copy(index, tensor::gather);
    }

    CompletableFuture<Void> scatter(int index) {
      return copy(index, tensor::scatter);
    }

    private CompletableFuture<Void> copy(int index, RowCopy rowCopy) {
      long first = index * chunkRows;
      long count = rows(index);
      MemorySegment content = content(index);
      int copies = (int) Math.clamp(bytes(index) / BYTES_PER_COPY, 1, COPIERS);
      return CompletableFuture.allOf(
          IntStream.range(0, copies)
              .mapToObj(copy -> {
                long from = count * copy / copies;
                long to = count * (copy + 1) / copies;
                MemorySegment part = content.asSlice(from * tensor.rowBytes());
                return CompletableFuture.runAsync(
                    () -> rowCopy.copy(first + from, to - from, part), copiers);
              })
              .toArray(CompletableFuture[]::new));
    }

    private long rows(int index) {
      return Math.min(chunkRows, tensor.rows() - index * chunkRows);
    }

    private MemorySegment content(int index) {
      return chunk(index).host().asSlice(0, bytes(index));
    }
  }
}
