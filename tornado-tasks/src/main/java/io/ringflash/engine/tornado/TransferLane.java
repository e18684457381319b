package io.ringflash.engine.tornado;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * One of several that transfer a tensor: a thread and two chunks of host memory, one of which
 * travels while the thread copies to or from the other.
 */
final class TransferLane implements AutoCloseable {
  private static final Runnable NOTHING = () -> {};

  private final List<TransferChunk> chunks;
  private final ExecutorService thread;
  private int turn;

  /** What is to be done with the rows that travel to the host. */
  private Runnable arrival = NOTHING;

  /**
   * @param name of the thread
   * @param chunks of this lane alone
   */
  TransferLane(String name, Supplier<TransferChunk> chunks) {
    TransferChunk first = chunks.get();
    try {
      this.chunks = List.of(first, chunks.get());
    } catch (RuntimeException e) {
      first.close();
      throw e;
    }
    this.thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  /** Runs {@code work} on the lane's thread. */
  CompletableFuture<Void> start(Runnable work) {
    return CompletableFuture.runAsync(work, thread);
  }

  /**
   * Sends some rows to the device; for the lane's thread, as what follows.
   *
   * @param at byte of {@code target} where the tensor begins
   */
  void upload(PackedTensor source, long firstRow, long rows, DeviceBuffer target, long at) {
    TransferChunk chunk = nextChunk();
    chunk.await();
    source.gather(firstRow, rows, chunk.host());
    chunk.upload(
        target,
        at + firstRow * source.rowBytes(),
        rows * source.rowBytes(),
        () -> rowsBefore(source, firstRow));
  }

  /**
   * Fetches some rows from the device.
   *
   * @param at byte of {@code source} where the tensor begins
   */
  void download(DeviceBuffer source, long at, PackedTensor target, long firstRow, long rows) {
    TransferChunk chunk = nextChunk();
    chunk.download(source, at + firstRow * target.rowBytes(), rows * target.rowBytes());
    receive();
    arrival =
        () -> {
          chunk.await();
          target.scatter(firstRow, rows, chunk.host());
        };
  }

  /** Waits until all rows are where they should be. */
  void await() {
    receive();
    chunks.forEach(TransferChunk::await);
  }

  @Override
  public void close() {
    thread.close();
    chunks.forEach(TransferChunk::close);
  }

  private TransferChunk nextChunk() {
    turn = 1 - turn;
    return chunks.get(turn);
  }

  private void receive() {
    Runnable due = arrival;
    arrival = NOTHING;
    due.run();
  }

  /** Some bytes that come before a row. Another lane may bring the same ones. */
  private static MemorySegment rowsBefore(PackedTensor source, long row) {
    long rows = Math.min(row, Math.ceilDiv(DeviceBuffer.HEADER, source.rowBytes()));
    MemorySegment before = MemorySegment.ofArray(new byte[(int) (rows * source.rowBytes())]);
    source.gather(row - rows, rows, before);
    return before;
  }
}
