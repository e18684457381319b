package io.ringflash.ring.process;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A sign of life.
 *
 * @param kind what it says
 * @param exitCode with which the job is to end, if the process has failed
 * @param text where the process has come to, or what it failed with
 */
record Beat(Kind kind, int exitCode, String text) {
  /** What a beat says. */
  enum Kind {
    ALIVE,
    FAILED,
    /** The job ends, and why has been said. */
    ENDING,
    /** The process has done its work; nothing comes after it. */
    LAST
  }

  /** Bytes of a beat, whatever it says. */
  static final int BYTES = 1024;

  private static final int TEXT = 12;

  /** Memory for one beat. */
  static MemorySegment allocate() {
    return Arena.ofAuto().allocate(BYTES, Long.BYTES);
  }

  static Beat read(MemorySegment from) {
    int length = from.get(ValueLayout.JAVA_INT, 8);
    byte[] text = from.asSlice(TEXT, length).toArray(ValueLayout.JAVA_BYTE);
    return new Beat(
        Kind.values()[from.get(ValueLayout.JAVA_INT, 0)],
        from.get(ValueLayout.JAVA_INT, 4),
        new String(text, StandardCharsets.UTF_8));
  }

  /** Writes the beat; a text that is too long loses its end. */
  void write(MemorySegment to) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] fitting = Arrays.copyOf(bytes, Math.min(bytes.length, BYTES - TEXT));
    to.set(ValueLayout.JAVA_INT, 0, kind.ordinal());
    to.set(ValueLayout.JAVA_INT, 4, exitCode);
    to.set(ValueLayout.JAVA_INT, 8, fitting.length);
    MemorySegment.copy(fitting, 0, to, ValueLayout.JAVA_BYTE, TEXT, fitting.length);
  }
}
