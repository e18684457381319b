package io.ringflash.ring;

import io.ringflash.engine.ForwardingShard;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicBoolean;

/** A shard that reads a block back from its device and compares it with what should have come. */
final class CheckedShard extends ForwardingShard {
  private final ShardAttention shard;
  private final BlockChecks checks;
  private final KeyValueBlock expected;

  /**
   * @param expected the block that was asked for, whatever is brought
   */
  CheckedShard(ShardAttention shard, BlockChecks checks, KeyValueBlock expected) {
    super(shard);
    this.shard = shard;
    this.checks = checks;
    this.expected = expected;
  }

  /**
   * @throws DamagedBlockException if other bits are on the device than in the expected block
   */
  @Override
  public void load(KeyValueBuffer buffer, KeyValueBlock block) {
    shard.load(buffer, block);
    check(buffer);
  }

  /**
   * @throws DamagedBlockException as {@link #load}
   */
  @Override
  public void copy(KeyValueBuffer buffer, KeyValueBuffer source, KeyValueBlock block) {
    shard.copy(buffer, source, block);
    check(buffer);
  }

  private void check(KeyValueBuffer buffer) {
    long start = System.nanoTime();
    int sent = checks.of(expected);
    int arrived = onDevice(buffer);
    if (arrived != sent && isAnother(buffer)) {
      throw new DamagedBlockException(sent, arrived);
    }
    checks.spent(System.nanoTime() - start);
  }

  private int onDevice(KeyValueBuffer buffer) {
    BlockChecksum checksum = new BlockChecksum();
    readBack(buffer, (k, v, keys, values) -> checksum.add(keys, values));
    return checksum.value();
  }

  /** One NaN is as good as another: kernels that widen the storage type may change its bits. */
  private boolean isAnother(KeyValueBuffer buffer) {
    AtomicBoolean other = new AtomicBoolean();
    readBack(
        buffer,
        (k, v, keys, values) -> {
          if (differ(k, keys) || differ(v, values)) {
            other.set(true);
          }
        });
    return other.get();
  }

  /** A run of a block, and what is on the device in its place. */
  private interface Comparison {
    void of(Tensor k, Tensor v, Tensor keys, Tensor values);
  }

  private void readBack(KeyValueBuffer buffer, Comparison comparison) {
    BlockChecksum.forEachRun(
        expected,
        (part, from, k, v) -> {
          try (Arena arena = Arena.ofShared()) {
            Tensor keys = Tensor.allocate(arena, k.dtype(), k.shape());
            Tensor values = Tensor.allocate(arena, v.dtype(), v.shape());
            shard.read(buffer, part, from, keys, values);
            comparison.of(k, v, keys, values);
          }
        });
  }

  private static boolean differ(Tensor expected, Tensor actual) {
    if (expected.rank() > 1) {
      for (long i = 0; i < expected.dim(0); i++) {
        if (differ(expected.select(0, i), actual.select(0, i))) {
          return true;
        }
      }
      return false;
    }
    for (long i = 0; i < expected.dim(0); i++) {
      if (Float.floatToIntBits(expected.get(i)) != Float.floatToIntBits(actual.get(i))) {
        return true;
      }
    }
    return false;
  }
}
