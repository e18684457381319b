package io.ringflash.engine.cpu;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;

/**
 * A K/V block in the layout of a kernel.
 *
 * @param <B> the layout itself
 */
interface CpuBlock<B extends CpuBlock<B>> extends KeyValueBuffer {
  /** Brings a block here, with as many threads as {@code pool} has free. */
  void load(KeyValueBlock block, WorkerPool pool);

  /** Brings here what is in {@code source}, with as many threads as {@code pool} has free. */
  void copy(B source, WorkerPool pool);
}
