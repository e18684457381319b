package io.ringflash.ring.process;

import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
  /** Clocks of unlike machines drift apart by less than 100 µs meanwhile. */
  private static final long CLOCK_NANOS = 1_000_000_000L;

  private static final String IDLE = "not computing";

  private final Transport transport;
  private final ObjectMessages messages;
  private final FirstClock clock;
  private final List<String> hosts;
  private volatile Supplier<String> status = () -> IDLE;
  private volatile boolean leftTransfers;
  private long clockOffset;
  private long clockMeasured = System.nanoTime() - 2 * CLOCK_NANOS;

  /** The group of {@code transport}'s processes; it is closed with this. */
  public ProcessGroup(Transport transport) {
    this.transport = transport;
    this.messages = new ObjectMessages(transport);
    this.clock = new FirstClock(transport);
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

  /** This process does no longer what it last reported. */
  public void reportIdle() {
    status = () -> IDLE;
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
      Waiting.await(messages.send(0, Tag.GATHER, value));
      return List.of();
    }
    List<T> values = new ArrayList<>(List.of(value));
    for (int process = 1; process < size(); process++) {
      values.add(messages.receive(process, Tag.GATHER, type));
    }
    return values;
  }

  /** The first process's value; what the others pass does not matter. */
  public <T extends Serializable> T broadcast(Class<T> type, T value) {
    if (!isFirst()) {
      return messages.receive(0, Tag.BROADCAST, type);
    }
    List<CompletableFuture<Void>> sent = new ArrayList<>();
    for (int process = 1; process < size(); process++) {
      sent.add(messages.send(process, Tag.BROADCAST, value));
    }
    sent.forEach(Waiting::await);
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
   * What to add to this process's {@link System#nanoTime} to get the first one's; measured anew
   * when the last time is a while ago, as that takes some messages.
   */
  public long clockOffset() {
    long now = System.nanoTime();
    if (broadcast(Boolean.class, now - clockMeasured > CLOCK_NANOS)) {
      clockOffset = clock.measureOffset();
      clockMeasured = now;
    }
    return clockOffset;
  }

  @Override
  public void close() {
    transport.close();
  }
}
