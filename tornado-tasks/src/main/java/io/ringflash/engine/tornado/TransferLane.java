package io.ringflash.engine.tornado;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** One of several that transfer a tensor: a thread and a chunk of host memory. */
final class TransferLane implements AutoCloseable {
  private final TransferChunk chunk;
  private final ExecutorService thread;

  /**
   * @param name of the thread
   * @param chunk of this lane alone
   */
  TransferLane(String name, TransferChunk chunk) {
    this.chunk = chunk;
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
    chunk.upload(
        target,
        at + firstRow * source.rowBytes(),
        rows * source.rowBytes(),
        () -> rowsBefore(source, firstRow));
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
  }

  /** Some bytes that come before a row. Another lane may bring the same ones. */
  private static MemorySegment rowsBefore(PackedTensor source, long row) {
    long rows = Math.min(row, Math.ceilDiv(DeviceBuffer.HEADER, source.rowBytes()));
    MemorySegment before = MemorySegment.ofArray(new byte[(int) (rows * source.rowBytes())]);
    source.gather(row - rows, rows, before);
    return before;
  }
}
