package io.ringflash.ring.mpi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;

/**
 * Two processes that pass messages of {@code args[0]} bytes to each other at once, in pieces of at
 * most {@code args[1]} bytes; then one that is longer than its receiver has room for.
 */
final class TransportJob {
  private TransportJob() {}

  public static void main(String[] args) {
    MpiTransport transport = MpiTransport.open(Long.parseLong(args[1]));
    try (Arena arena = Arena.ofShared()) {
      long bytes = Long.parseLong(args[0]);
      int other = 1 - transport.index();
      MemorySegment sent = arena.allocate(bytes);
      MemorySegment received = arena.allocate(bytes);
      for (long i = 0; i < bytes; i += 4093) {
        sent.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31 + transport.index()));
      }
      CompletableFuture<Void> sending = transport.send(other, 5, sent);
      transport.receive(other, 5, received).join();
      sending.join();
      for (long i = 0; i < bytes; i += 4093) {
        if (received.get(ValueLayout.JAVA_BYTE, i) != (byte) (i * 31 + other)) {
          throw new AssertionError("byte " + i);
        }
      }
      System.out.println(transport.index() + " received " + bytes);
      if (transport.index() == 0) {
        transport.send(1, 6, arena.allocate(8)).join();
      } else {
        transport
            .receive(0, 6, arena.allocate(4))
            .exceptionally(e -> {
              System.out.println(e.getMessage());
              return null;
            })
            .join();
      }
    }
    transport.close();
  }
}
