package io.ringflash.ring.process;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Processes of one job that are threads of this JVM. A message arrives once it is sent and its
 * receiver has room for it, on a thread of the network's own, as with a real transport.
 */
public final class FakeNetwork implements AutoCloseable {
  private record Channel(int from, int to, int tag) {}

  private record Pending(MemorySegment bytes, CompletableFuture<Void> done) {}

  private final int size;
  private final Map<Channel, Queue<Pending>> sends = new HashMap<>();
  private final Map<Channel, Queue<Pending>> receives = new HashMap<>();
  private final Map<Channel, Long> arrivedBytes = new HashMap<>();
  private final Set<Integer> silent = new HashSet<>();
  private final Set<Integer> held = new HashSet<>();
  private final Set<Channel> damaged = new HashSet<>();
  private final List<Integer> aborts = new ArrayList<>();
  private final ExecutorService wire = Executors.newSingleThreadExecutor();

  public FakeNetwork(int size) {
    this.size = size;
  }

  /** One process's end. */
  public Transport transport(int process) {
    return new End(process);
  }

  /** What all processes return, each run by a thread of its own. */
  public <T> List<T> onEach(IntFunction<T> work) {
    try (ExecutorService threads = Executors.newFixedThreadPool(size)) {
      List<CompletableFuture<T>> results =
          IntStream.range(0, size)
              .mapToObj(p -> CompletableFuture.supplyAsync(() -> work.apply(p), threads))
              .toList();
      return results.stream().map(CompletableFuture::join).toList();
    }
  }

  /** Nothing comes from a process any more. */
  synchronized void silence(int process) {
    silent.add(process);
  }

  /** A process is gone, and what is awaited from it fails, as under Open MPI 5. */
  synchronized void sever(int process) {
    silent.add(process);
    receives.forEach((channel, pending) -> {
      if (channel.from() == process) {
        pending.forEach(message -> wire.execute(() -> fail(message)));
        pending.clear();
      }
    });
  }

  private static void fail(Pending message) {
    message.done().completeExceptionally(new IllegalStateException("the process has failed"));
  }

  /** K/V blocks of a process do not arrive any more. */
  public synchronized void hold(int process) {
    held.add(process);
  }

  /** One bit of a K/V block changes on its way. */
  public synchronized void damage(int from, int to, int block) {
    damaged.add(new Channel(from, to, Tag.BLOCK + block));
  }

  /** Waits until all that can arrive has arrived. */
  public void settle() {
    CompletableFuture.runAsync(() -> {}, wire).join();
  }

  /** Bytes of a K/V block that have come from one process to another. */
  public synchronized long blockBytes(int from, int to, int block) {
    return arrivedBytes.getOrDefault(new Channel(from, to, Tag.BLOCK + block), 0L);
  }

  /** Exit codes with which processes have ended the job. */
  synchronized List<Integer> aborts() {
    return List.copyOf(aborts);
  }

  @Override
  public void close() {
    wire.close();
  }

  private synchronized void post(
      Map<Channel, Queue<Pending>> side, Channel channel, Pending message) {
    boolean lost = held.contains(channel.from()) && channel.tag() >= Tag.BLOCK;
    if (!lost && !silent.contains(channel.from())) {
      side.computeIfAbsent(channel, c -> new ArrayDeque<>()).add(message);
      wire.execute(() -> deliver(channel));
    }
  }

  private void deliver(Channel channel) {
    Pending sent;
    Pending received;
    synchronized (this) {
      Queue<Pending> from = sends.getOrDefault(channel, new ArrayDeque<>());
      Queue<Pending> to = receives.getOrDefault(channel, new ArrayDeque<>());
      if (from.isEmpty() || to.isEmpty()) {
        return;
      }
      sent = from.remove();
      received = to.remove();
      arrivedBytes.merge(channel, sent.bytes().byteSize(), Long::sum);
    }
    if (sent.bytes().byteSize() != received.bytes().byteSize()) {
      received.done().completeExceptionally(new AssertionError("sizes differ on " + channel));
    }
    received.bytes().copyFrom(sent.bytes());
    if (received.bytes().byteSize() > Integer.BYTES && takeDamage(channel)) {
      byte first = received.bytes().get(ValueLayout.JAVA_BYTE, 0);
      received.bytes().set(ValueLayout.JAVA_BYTE, 0, (byte) (first ^ 1));
    }
    received.done().complete(null);
    sent.done().complete(null);
  }

  private synchronized boolean takeDamage(Channel channel) {
    return damaged.remove(channel);
  }

  private final class End implements Transport {
    private final int index;

    End(int index) {
      this.index = index;
    }

    @Override
    public int index() {
      return index;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public String host() {
      return "host" + index;
    }

    @Override
    public CompletableFuture<Void> send(int to, int tag, MemorySegment bytes) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      post(sends, new Channel(index, to, tag), new Pending(bytes, done));
      return done;
    }

    @Override
    public CompletableFuture<Void> receive(int from, int tag, MemorySegment bytes) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      post(receives, new Channel(from, index, tag), new Pending(bytes, done));
      return done;
    }

    @Override
    public void abort(int exitCode) {
      synchronized (FakeNetwork.this) {
        aborts.add(exitCode);
      }
    }

    @Override
    public void close() {}
  }
}
