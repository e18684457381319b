package io.ringflash.tensor.io;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The bytes of one {@code .npy}: a file of its own, or an entry of an archive. */
interface NpySource {
  Location location();

  /** The bytes that {@link #open} has; not to be believed before the stream has been read. */
  long length();

  /** All bytes. Reading to the end checks whatever can be checked only there. */
  InputStream open() throws IOException;

  /**
   * The bytes from {@code offset} to the end, checked, as memory that looks into the file, or
   * nothing where the file does not hold them as they are.
   */
  Optional<MemorySegment> map(long offset, Arena arena) throws IOException;
}
