package io.ringflash.ring.process;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;

/** The transport of a process that is alone: there is nobody to send to. */
final class LoneTransport implements Transport {
  @Override
  public int index() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public String host() {
    return "localhost";
  }

  @Override
  public CompletableFuture<Void> send(int to, int tag, MemorySegment bytes) {
    throw new IllegalArgumentException("there is no process " + to);
  }

  @Override
  public CompletableFuture<Void> receive(int from, int tag, MemorySegment bytes) {
    throw new IllegalArgumentException("there is no process " + from);
  }

  @Override
  public void abort(int exitCode) {
    // The process ends by itself.
  }

  @Override
  public void close() {}
}
