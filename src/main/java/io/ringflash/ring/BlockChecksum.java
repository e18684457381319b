package io.ringflash.ring;

import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.tensor.Tensor;
import java.util.zip.CRC32C;

/**
 * CRC-32C (Castagnoli) of a K/V block, whatever the strides of its tensors: runs of tokens, of each
 * run the keys before the values.
 */
final class BlockChecksum {
  /** Bytes of keys in a run, at most, unless one token has more. */
  private static final long RUN_BYTES = 1 << 20;

  private final CRC32C crc = new CRC32C();

  /** What is done with each run of a block. */
  @FunctionalInterface
  interface Run {
    /**
     * @param part index of the slice
     * @param from first token, counted within the slice
     */
    void visit(int part, long from, Tensor k, Tensor v);
  }

  static int of(KeyValueBlock block) {
    BlockChecksum checksum = new BlockChecksum();
    forEachRun(block, (part, from, k, v) -> checksum.add(k, v));
    return checksum.value();
  }

  /** Calls {@code run} for each run of a block, in order. */
  static void forEachRun(KeyValueBlock block, Run run) {
    for (int i = 0; i < block.parts().size(); i++) {
      KeyValuePart part = block.parts().get(i);
      PositionSlice positions = part.positions();
      long step = runTokens(part.k());
      for (long from = 0; from < positions.length(); from += step) {
        long count = Math.min(step, positions.length() - from);
        run.visit(i, from, part.k().slice(1, from, count, 1), part.v().slice(1, from, count, 1));
      }
    }
  }

  /** Most tokens of a run of keys like {@code k}. */
  static long runTokens(Tensor k) {
    return Math.max(1, RUN_BYTES * k.dim(1) / Math.max(1, k.byteSize()));
  }

  /** Adds a run. */
  void add(Tensor k, Tensor v) {
    add(k);
    add(v);
  }

  int value() {
    return (int) crc.getValue();
  }

  /** Adds all elements in order; the first dimensions may lie apart. */
  private void add(Tensor tensor) {
    if (tensor.size() == 0) {
      return;
    }
    if (tensor.isContiguous()) {
      long at = tensor.byteOffset(new long[tensor.rank()]);
      crc.update(tensor.data().asSlice(at, tensor.byteSize()).asByteBuffer());
      return;
    }
    for (long i = 0; i < tensor.dim(0); i++) {
      add(tensor.select(0, i));
    }
  }
}
