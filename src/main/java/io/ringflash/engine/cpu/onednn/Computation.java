package io.ringflash.engine.cpu.onednn;

import java.lang.foreign.MemorySegment;

/** Something that oneDNN computes again and again, of which one matrix changes. */
public interface Computation extends AutoCloseable {
  /** Computes on the calling thread, with the matrix that changes in that memory. */
  void run(MemorySegment matrix);

  @Override
  void close();
}
