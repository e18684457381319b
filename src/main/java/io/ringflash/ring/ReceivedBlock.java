package io.ringflash.ring;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A K/V block of another process: the memory that it comes to, and who still needs it there. */
final class ReceivedBlock {
  private final int index;
  private final KeyValueBlock block;
  private final AtomicInteger users;
  private final CompletableFuture<Void> arrived = new CompletableFuture<>();
  private final CompletableFuture<Void> released = new CompletableFuture<>();
  private volatile long startNanos;
  private volatile long endNanos;

  /**
   * @param users devices that take the block, and processes that it is sent on to, in all
   */
  ReceivedBlock(int index, KeyValueBlock block, int users) {
    this.index = index;
    this.block = block;
    this.users = new AtomicInteger(users);
  }

  /** A block whose parts lie one after the other in {@code memory}, keys before values. */
  static KeyValueBlock layOut(
      MemorySegment memory, List<PositionSlice> positions, AttentionShape shape, DType dtype) {
    List<KeyValuePart> parts = new ArrayList<>();
    long at = 0;
    for (PositionSlice slice : positions) {
      long[] dims = {shape.batch(), slice.length(), shape.kvHeads(), shape.headDim()};
      Tensor k = Tensor.of(memory.asSlice(at), dtype, dims);
      at += k.byteSize();
      Tensor v = Tensor.of(memory.asSlice(at), dtype, dims);
      at += v.byteSize();
      parts.add(new KeyValuePart(slice, k, v));
    }
    return new KeyValueBlock(parts);
  }

  int index() {
    return index;
  }

  KeyValueBlock block() {
    return block;
  }

  /** Done when keys and values are there. */
  CompletableFuture<Void> arrived() {
    return arrived;
  }

  /** Done when nobody needs the memory any more. */
  CompletableFuture<Void> released() {
    return released;
  }

  /** The first bytes have come. */
  void begin() {
    startNanos = System.nanoTime();
  }

  /** The last bytes have come. */
  void end() {
    endNanos = System.nanoTime();
    arrived.complete(null);
  }

  /** One of the users has what it wanted. */
  void release() {
    if (users.decrementAndGet() == 0) {
      released.complete(null);
    }
  }

  long transferNanos() {
    return endNanos - startNanos;
  }

  /** What to report, with instants relative to {@code runStart}. */
  ProcessReport.Arrival report(long runStart) {
    return new ProcessReport.Arrival(
        index, block.byteSize(), startNanos - runStart, endNanos - runStart);
  }
}
