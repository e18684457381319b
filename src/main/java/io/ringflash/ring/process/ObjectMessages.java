package io.ringflash.ring.process;

import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;

/**
 * Values as messages. The first message of each has a fixed size, which most values fit into; the
 * rest of a longer one follows.
 */
final class ObjectMessages {
  private static final int FIRST_BYTES = 2048;
  private static final int HEADER = Long.BYTES;
  private static final int INLINE = FIRST_BYTES - HEADER;

  private final Transport transport;

  ObjectMessages(Transport transport) {
    this.transport = transport;
  }

  /** Starts sending. */
  CompletableFuture<Void> send(int to, int tag, Serializable value) {
    byte[] bytes = ObjectBytes.of(value);
    int inline = Math.min(bytes.length, INLINE);
    MemorySegment first = message(FIRST_BYTES);
    first.set(ValueLayout.JAVA_LONG, 0, bytes.length);
    MemorySegment.copy(bytes, 0, first, ValueLayout.JAVA_BYTE, HEADER, inline);
    CompletableFuture<Void> sent = transport.send(to, tag, first);
    if (bytes.length == inline) {
      return sent;
    }
    MemorySegment rest = message(bytes.length - inline);
    MemorySegment.copy(bytes, inline, rest, ValueLayout.JAVA_BYTE, 0, bytes.length - inline);
    return CompletableFuture.allOf(sent, transport.send(to, tag, rest));
  }

  /** Waits for a value. */
  <T> T receive(int from, int tag, Class<T> type) {
    MemorySegment first = message(FIRST_BYTES);
    Waiting.await(transport.receive(from, tag, first));
    byte[] bytes = new byte[Math.toIntExact(first.get(ValueLayout.JAVA_LONG, 0))];
    int inline = Math.min(bytes.length, INLINE);
    MemorySegment.copy(first, ValueLayout.JAVA_BYTE, HEADER, bytes, 0, inline);
    if (bytes.length > inline) {
      MemorySegment rest = message(bytes.length - inline);
      Waiting.await(transport.receive(from, tag, rest));
      MemorySegment.copy(rest, ValueLayout.JAVA_BYTE, 0, bytes, inline, bytes.length - inline);
    }
    return type.cast(ObjectBytes.read(bytes));
  }

  /** Memory that a transfer may still use when nobody waits for it any more. */
  private static MemorySegment message(long bytes) {
    return Arena.ofAuto().allocate(bytes, Long.BYTES);
  }
}
