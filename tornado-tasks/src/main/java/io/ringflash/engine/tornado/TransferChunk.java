package io.ringflash.engine.tornado;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * Host memory whose content goes to, or comes from, any place of any device memory. For one thread.
 */
interface TransferChunk extends AutoCloseable {
  /** The host memory. */
  MemorySegment host();

  /**
   * Brings the first bytes to {@code target} from byte {@code at} of its elements on, and waits.
   *
   * @param before gives the bytes that come before that place, some at its end, or nothing where
   *     nobody looks at them
   */
  void upload(DeviceBuffer target, long at, long bytes, Supplier<MemorySegment> before);

  /** Brings the bytes of {@code source} from byte {@code at} of its elements on here, and waits. */
  void download(DeviceBuffer source, long at, long bytes);

  @Override
  void close();
}
