package io.ringflash.engine.cpu;

import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.StopSignal;
import java.util.List;

/**
 * A K/V block in the layout of a kernel.
 *
 * @param <B> the layout itself
 */
interface CpuBlock<B extends CpuBlock<B>> extends KeyValueBuffer {
  /**
   * Brings a block here, with as many threads as {@code pool} has free.
   *
   * @param stop looked at between pieces
   */
  void load(KeyValueBlock block, WorkerPool pool, StopSignal stop);

  /** Of the keys that are here. */
  List<PositionSlice> positions();

  /** Brings here what is in {@code source}, with as many threads as {@code pool} has free. */
  void copy(B source, WorkerPool pool);
}
