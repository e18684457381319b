package io.ringflash.engine.tornado;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** One of several that transfer a tensor: a thread, its queue, and a chunk of host memory. */
final class TransferLane implements AutoCloseable {
  private final TornadoXPUDevice device;
  private final TransferChunk chunk;
  private final long stream;
  private final ExecutorService thread;

  /**
   * @param name of the thread
   * @param stream names the backend's queue; no other thread uses it
   */
  TransferLane(String name, TornadoXPUDevice device, long chunkBytes, long stream) {
    this.device = device;
    this.stream = stream;
    this.chunk = new TransferChunk(device, chunkBytes, stream);
    this.thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  /** Runs {@code work} on the lane's thread. */
  CompletableFuture<Void> start(Runnable work) {
    return CompletableFuture.runAsync(work, thread);
  }

  /**
   * Brings some rows to the device, and waits; for the lane's thread.
   *
   * @param at byte of {@code target} where the tensor begins
   */
  void upload(PackedTensor source, long firstRow, long rows, DeviceBuffer target, long at) {
    source.gather(firstRow, rows, chunk.host());
    if (firstRow > 0) {
      keepRowsBefore(source, firstRow);
    }
    chunk.upload(target, at + firstRow * source.rowBytes(), rows * source.rowBytes());
  }

  /**
   * Brings some rows to the host, and waits; for the lane's thread.
   *
   * @param at byte of {@code source} where the tensor begins
   */
  void download(DeviceBuffer source, long at, PackedTensor target, long firstRow, long rows) {
    chunk.download(source, at + firstRow * target.rowBytes(), rows * target.rowBytes());
    target.scatter(firstRow, rows, chunk.host());
  }

  @Override
  public void close() {
    thread.close();
    chunk.close();
    device.getDeviceContext().reset(stream);
  }

  /** A chunk's transfer repeats the bytes before it. Another lane may bring the same ones. */
  private void keepRowsBefore(PackedTensor source, long firstRow) {
    long rows = Math.ceilDiv(DeviceBuffer.HEADER, source.rowBytes());
    MemorySegment before = MemorySegment.ofArray(new byte[(int) (rows * source.rowBytes())]);
    source.gather(firstRow - rows, rows, before);
    chunk.keep(before);
  }
}
