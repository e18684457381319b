package io.ringflash.ring.mpi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;

/**
 * Two processes that pass messages of {@code args[0]} bytes to each other at once, in pieces of at
 * most {@code args[1]} bytes; then messages that MPI refuses, each for another reason.
 */
final class TransportJob {
  private static final int TAG = 5;

  private TransportJob() {}

  public static void main(String[] args) {
    MpiTransport transport = MpiTransport.open(Long.parseLong(args[1]));
    try (Arena arena = Arena.ofShared()) {
      exchange(transport, arena, Long.parseLong(args[0]));
      provokeErrors(transport, arena);
    }
    transport.close();
  }

  private static void exchange(MpiTransport transport, Arena arena, long bytes) {
    int other = 1 - transport.index();
    MemorySegment sent = arena.allocate(bytes);
    MemorySegment received = arena.allocate(bytes);
    for (long i = 0; i < bytes; i++) {
      sent.set(JAVA_BYTE, i, content(i, transport.index()));
    }
    CompletableFuture<Void> sending = transport.send(other, TAG, sent);
    transport.receive(other, TAG, received).join();
    sending.join();
    for (long i = 0; i < bytes; i++) {
      if (received.get(JAVA_BYTE, i) != content(i, other)) {
        throw new AssertionError("byte " + i);
      }
    }
    System.out.println(transport.index() + " received " + bytes);
  }

  /** No two pieces are alike. */
  private static byte content(long index, int sender) {
    return (byte) ((index + sender) * 0x9E3779B97F4A7C15L >>> 56);
  }

  private static void provokeErrors(MpiTransport transport, Arena arena) {
    MemorySegment eight = arena.allocate(8);
    if (transport.index() == 0) {
      transport.send(1, TAG, eight).join();
      print(transport.send(2, TAG, eight));
      print(transport.send(1, -TAG, eight));
    } else {
      print(transport.receive(0, TAG, arena.allocate(4)));
      print(transport.receive(-TAG, TAG, eight));
      print(transport.receive(0, TAG, MemorySegment.NULL.reinterpret(8)));
    }
  }

  private static void print(CompletableFuture<Void> refused) {
    MpiException error = (MpiException) refused.handle((done, e) -> e.getCause()).join();
    System.out.println(error.getMessage());
  }
}
