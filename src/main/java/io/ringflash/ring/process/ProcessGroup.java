package io.ringflash.ring.process;

import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The processes of one job, all of which run the same program with the same arguments, and the
 * calls that they make together: each of them must make the same calls in the same order.
 *
 * <p>A process that was not started as one of several is a group of its own, for which every call
 * here is trivial.
 */
public final class ProcessGroup implements AutoCloseable {
  private static final int PINGS = 16;

  private final Transport transport;
  private final List<String> hosts;
  private volatile Supplier<String> status = () -> "not computing";
  private volatile boolean leftTransfers;

  /** The group of {@code transport}'s processes; it is closed with this. */
  public ProcessGroup(Transport transport) {
    this.transport = transport;
    this.hosts = allGather(String.class, transport.host());
  }

  /** This process by itself. */
  public static ProcessGroup alone() {
    return new ProcessGroup(new LoneTransport());
  }

  /** This process, from 0. */
  public int index() {
    return transport.index();
  }

  /** Number of processes. */
  public int size() {
    return transport.size();
  }

  /** Whether this process speaks for all. */
  public boolean isFirst() {
    return index() == 0;
  }

  /** Machines that the processes run on. */
  public List<String> hosts() {
    return hosts;
  }

  /** Names this process as messages do. */
  public String describe() {
    return "process %d on %s".formatted(index(), hosts.get(index()));
  }

  /** What this process is doing, for others to know if it is lost. */
  public void reportStatus(Supplier<String> source) {
    status = source;
  }

  String status() {
    return status.get();
  }

  Transport transport() {
    return transport;
  }

  /** Ends all processes of the job, this one included, as failed. */
  public void abort(int exitCode) {
    transport.abort(exitCode);
  }

  /**
   * Memory for the tensors of runs, for all threads. Blocks go to other processes straight from
   * tensors, and a failed run does not wait until they have gone: then the memory outlives its
   * closing, to the end of this process.
   */
  public Arena openArena() {
    return new JobArena(this);
  }

  /** A failed run leaves transfers under way, which may never end. */
  public void leaveTransfers() {
    leftTransfers = true;
  }

  boolean hasLeftTransfers() {
    return leftTransfers;
  }

  /** Starts sending a piece of a K/V block. */
  public CompletableFuture<Void> sendBlock(int to, int block, MemorySegment bytes) {
    return transport.send(to, Tag.BLOCK + block, bytes);
  }

  /** Starts receiving a piece of a K/V block, which was sent as a piece of the same size. */
  public CompletableFuture<Void> receiveBlock(int from, int block, MemorySegment bytes) {
    return transport.receive(from, Tag.BLOCK + block, bytes);
  }

  /** All processes' values, in order, on the first process; an empty list on the others. */
  public <T extends Serializable> List<T> gather(Class<T> type, T value) {
    if (!isFirst()) {
      sendObject(0, Tag.GATHER, value);
      return List.of();
    }
    List<T> values = new ArrayList<>(List.of(value));
    for (int process = 1; process < size(); process++) {
      values.add(receiveObject(process, Tag.GATHER, type));
    }
    return values;
  }

  /** The first process's value; what the others pass does not matter. */
  public <T extends Serializable> T broadcast(Class<T> type, T value) {
    if (!isFirst()) {
      return receiveObject(0, Tag.BROADCAST, type);
    }
    for (int process = 1; process < size(); process++) {
      sendObject(process, Tag.BROADCAST, value);
    }
    return value;
  }

  /** All processes' values, in order, on every process. */
  public <T extends Serializable> List<T> allGather(Class<T> type, T value) {
    ArrayList<T> gathered = new ArrayList<>(gather(type, value));
    ArrayList<?> all = broadcast(ArrayList.class, gathered);
    return all.stream().map(type::cast).toList();
  }

  /** Returns when all processes have come here. */
  public void barrier() {
    allGather(Boolean.class, true);
  }

  /**
   * What to add to this process's {@link System#nanoTime} to get the first one's: from the fastest
   * of a few messages to and fro.
   */
  public long clockOffset() {
    return isFirst() ? answerPings() : ping();
  }

  @Override
  public void close() {
    transport.close();
  }

  private long ping() {
    MemorySegment time = message(Long.BYTES);
    long fastest = Long.MAX_VALUE;
    long offset = 0;
    for (int i = 0; i < PINGS; i++) {
      long sent = System.nanoTime();
      Waiting.await(transport.send(0, Tag.CLOCK, time));
      Waiting.await(transport.receive(0, Tag.CLOCK, time));
      long took = System.nanoTime() - sent;
      if (took < fastest) {
        fastest = took;
        offset = time.get(ValueLayout.JAVA_LONG, 0) - (sent + took / 2);
      }
    }
    return offset;
  }

  private long answerPings() {
    MemorySegment time = message(Long.BYTES);
    for (int process = 1; process < size(); process++) {
      for (int i = 0; i < PINGS; i++) {
        Waiting.await(transport.receive(process, Tag.CLOCK, time));
        time.set(ValueLayout.JAVA_LONG, 0, System.nanoTime());
        Waiting.await(transport.send(process, Tag.CLOCK, time));
      }
    }
    return 0;
  }

  private void sendObject(int to, int tag, Serializable value) {
    byte[] bytes = ObjectBytes.of(value);
    MemorySegment length = message(Long.BYTES);
    length.set(ValueLayout.JAVA_LONG, 0, bytes.length);
    MemorySegment body = message(bytes.length);
    MemorySegment.copy(bytes, 0, body, ValueLayout.JAVA_BYTE, 0, bytes.length);
    Waiting.await(transport.send(to, tag, length));
    Waiting.await(transport.send(to, tag, body));
  }

  private <T> T receiveObject(int from, int tag, Class<T> type) {
    MemorySegment length = message(Long.BYTES);
    Waiting.await(transport.receive(from, tag, length));
    MemorySegment body = message(length.get(ValueLayout.JAVA_LONG, 0));
    Waiting.await(transport.receive(from, tag, body));
    return type.cast(ObjectBytes.read(body.toArray(ValueLayout.JAVA_BYTE)));
  }

  /** Memory that a transfer may still use when nobody waits for it any more. */
  private static MemorySegment message(long bytes) {
    return Arena.ofAuto().allocate(bytes, Long.BYTES);
  }
}
