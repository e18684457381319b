package io.ringflash.engine.tornado;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * Host memory whose content goes to, or comes from, any place of any device memory. One transfer
 * after the other, and for one thread.
 */
interface TransferChunk extends AutoCloseable {
  /** The host memory; nobody may touch it while a transfer is under way. */
  MemorySegment host();

  /**
   * Begins to bring the first bytes to {@code target} from byte {@code at} of its elements on.
   *
   * @param before gives the bytes that come before that place, some at its end, or nothing where
   *     nobody looks at them
   */
  void upload(DeviceBuffer target, long at, long bytes, Supplier<MemorySegment> before);

  /** Begins to bring the bytes of {@code source} from byte {@code at} of its elements on here. */
  void download(DeviceBuffer source, long at, long bytes);

  /** Waits for the end of the transfer, if one is under way. */
  void await();

  @Override
  void close();
}
