package io.ringflash.ring;

import io.ringflash.engine.KeyValueBlock;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The checksums of one run's blocks, as they were where each came from, and what they cost. */
final class BlockChecks {
  private final Map<KeyValueBlock, Sum> sent = Collections.synchronizedMap(new IdentityHashMap<>());
  private final AtomicLong nanos = new AtomicLong();

  /** Computed by the first who asks for it, while those who ask for others' need not wait. */
  private static final class Sum {
    private final KeyValueBlock block;
    private @Nullable Integer value;

    Sum(KeyValueBlock block, @Nullable Integer value) {
      this.block = block;
      this.value = value;
    }

    synchronized int get() {
      Integer sum = value;
      if (sum == null) {
        sum = BlockChecksum.of(block);
        value = sum;
      }
      return sum;
    }
  }

  /**
   * A block has come from another process.
   *
   * @param checksum that it left with
   * @throws DamagedBlockException if it has another one
   */
  void requireArrived(KeyValueBlock block, int checksum) {
    long start = System.nanoTime();
    int arrived = BlockChecksum.of(block);
    if (arrived != checksum) {
      throw new DamagedBlockException(checksum, arrived);
    }
    sent.put(block, new Sum(block, checksum));
    spent(System.nanoTime() - start);
  }

  /** The checksum that {@code block} should have, now and wherever it is taken. */
  int of(KeyValueBlock block) {
    return sent.computeIfAbsent(block, absent -> new Sum(absent, null)).get();
  }

  /** Checking took so long. */
  void spent(long time) {
    nanos.addAndGet(time);
  }

  /** Time that all threads spent. */
  long nanos() {
    return nanos.get();
  }
}
