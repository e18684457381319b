package io.ringflash.ring.process;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/** Tells before each message that it sends, and to whom; whoever hears of it may not return. */
public final class StoppableTransport implements Transport {
  private final Transport transport;
  private final IntConsumer beforeSending;
  private volatile boolean armed;

  public StoppableTransport(Transport transport, IntConsumer beforeSending) {
    this.transport = transport;
    this.beforeSending = beforeSending;
  }

  /** From now on it tells. */
  public void arm() {
    armed = true;
  }

  @Override
  public int index() {
    return transport.index();
  }

  @Override
  public int size() {
    return transport.size();
  }

  @Override
  public String host() {
    return transport.host();
  }

  @Override
  public CompletableFuture<Void> send(int to, int tag, MemorySegment bytes) {
    if (armed) {
      beforeSending.accept(to);
    }
    return transport.send(to, tag, bytes);
  }

  @Override
  public CompletableFuture<Void> receive(int from, int tag, MemorySegment bytes) {
    return transport.receive(from, tag, bytes);
  }

  @Override
  public void abort(int exitCode) {
    transport.abort(exitCode);
  }

  @Override
  public void close() {
    transport.close();
  }
}
