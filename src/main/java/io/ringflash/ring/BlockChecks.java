package io.ringflash.ring;

import io.ringflash.engine.KeyValueBlock;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The checksums of one run's blocks, as they were where each came from, and what they cost. */
final class BlockChecks {
  private final Map<KeyValueBlock, Integer> sent =
      Collections.synchronizedMap(new IdentityHashMap<>());
  private final AtomicLong nanos = new AtomicLong();

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
    sent.put(block, checksum);
    spent(System.nanoTime() - start);
  }

  /** The checksum that {@code block} should have, now and wherever it is taken. */
  int of(KeyValueBlock block) {
    return sent.computeIfAbsent(block, BlockChecksum::of);
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
