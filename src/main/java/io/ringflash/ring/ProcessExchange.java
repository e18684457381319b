package io.ringflash.ring;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.OffHeap;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Exchange of one run between processes. Each receives blocks from the process before and sends
 * them on to the next one, while its devices take them from its memory: straight from where they
 * lie in the caller's tensors, and straight to where devices load them from.
 *
 * <p>Sends go one after the other, so that the block which is needed first has the whole link;
 * receives wait for room.
 */
final class ProcessExchange implements Transfers, AutoCloseable {
  /**
   * Sent ahead of each block, so that the receiver knows when its transfer began: the checksum, if
   * blocks are checked.
   */
  private static final ValueLayout.OfInt ANNOUNCEMENT = ValueLayout.JAVA_INT;

  private final ProcessGroup processes;
  private final RingJob job;
  private final Transfers local;
  private final Executor executor;
  private final @Nullable BlockChecks checks;
  private final Arena memory = Arena.ofShared();
  private final List<KeyValueBlock> blocks;
  private final List<ReceivedBlock> received = new ArrayList<>();
  private final Map<Integer, ReceivedBlock> byIndex = new HashMap<>();
  private final int slots;
  private final List<CompletableFuture<Void>> underWay = new ArrayList<>();
  private CompletableFuture<Void> lastSend = CompletableFuture.completedFuture(null);
  private volatile boolean stopped;

  /**
   * @param job of all processes; only blocks of this process are looked at
   * @param local brings blocks from this process's memory to its devices
   * @param executor carries out what takes long
   * @param checks compares blocks with what left, or null
   */
  ProcessExchange(
      ProcessGroup processes,
      OuterRing ring,
      RingJob job,
      Transfers local,
      Executor executor,
      @Nullable BlockChecks checks) {
    this.processes = processes;
    this.job = job;
    this.local = local;
    this.executor = executor;
    this.checks = checks;
    this.blocks = new ArrayList<>(job.blocks());
    this.slots = ring.slots();
    layOut(ring);
    for (int i = 0; i < received.size(); i++) {
      receive(i);
    }
    ring.departures(processes.index()).forEach(this::send);
  }

  /** The job's blocks as they lie in this process's memory, at the latest when they are loaded. */
  List<KeyValueBlock> blocks() {
    return List.copyOf(blocks);
  }

  @Override
  public ExchangeWay way() {
    return local.way();
  }

  @Override
  public Transfer start(BlockRequest request) {
    ReceivedBlock source = byIndex.get(request.index());
    if (source == null) {
      return local.start(request);
    }
    return new FutureTransfer(
        source
            .arrived()
            .thenApplyAsync(
                arrived -> {
                  long nanos = request.load();
                  source.release();
                  return source.transferNanos() + nanos;
                },
                executor));
  }

  @Override
  public boolean waitsForOthers(BlockRequest request) {
    ReceivedBlock source = byIndex.get(request.index());
    return source != null && !source.arrived().isDone();
  }

  @Override
  public void stop() {
    stopped = true;
    received.forEach(block -> block.arrived().completeExceptionally(new StoppedException()));
  }

  /** What was received, with instants relative to {@code runStart}. */
  List<ProcessReport.Arrival> report(long runStart) {
    return received.stream().map(block -> block.report(runStart)).toList();
  }

  /**
   * Waits until all is sent, and frees the memory; after a failure that is left to the last
   * transfer that uses it, if it ever ends, and the caller's tensors are not to be freed.
   */
  @Override
  public void close() {
    if (stopped) {
      processes.leaveTransfers();
      all(underWay).whenComplete((done, error) -> memory.close());
    } else {
      new FutureTransfer(lastSend.thenApply(sent -> 0L)).await();
      memory.close();
    }
  }

  /** Gives every block that will come its place. */
  private void layOut(OuterRing ring) {
    List<Integer> arrivals = ring.arrivals(processes.index());
    List<Integer> departures = ring.departures(processes.index());
    long bytes = arrivals.stream().mapToLong(this::byteSize).max().orElse(0);
    List<MemorySegment> places = new ArrayList<>();
    for (int i = 0; i < Math.min(slots, arrivals.size()); i++) {
      places.add(OffHeap.allocate(memory, bytes));
    }
    for (int i = 0; i < arrivals.size(); i++) {
      int index = arrivals.get(i);
      MemorySegment place = places.get(i % slots);
      KeyValueBlock block =
          ReceivedBlock.layOut(
              place,
              job.blocks().get(index).positions(),
              job.problem().shape(),
              job.problem().dtype());
      int users = ring.users(processes.index(), index) + (departures.contains(index) ? 1 : 0);
      received.add(new ReceivedBlock(index, block, users));
      byIndex.put(index, received.getLast());
      blocks.set(index, block);
    }
  }

  private long byteSize(int block) {
    return job.problem().keyValueBytes(job.blocks().get(block).length());
  }

  /** Receives a block as soon as the one whose place it takes is needed no more. */
  private void receive(int index) {
    ReceivedBlock block = received.get(index);
    CompletableFuture<Void> room =
        index < slots
            ? CompletableFuture.completedFuture(null)
            : received.get(index - slots).released();
    int previous = Math.floorMod(processes.index() - 1, processes.size());
    MemorySegment announcement = memory.allocate(ANNOUNCEMENT);
    CompletableFuture<Void> arrival =
        room.thenCompose(
                free -> {
                  List<CompletableFuture<Void>> pieces = new ArrayList<>();
                  pieces.add(
                      processes
                          .receiveBlock(previous, block.index(), announcement)
                          .thenRun(block::begin));
                  for (MemorySegment piece : pieces(block.block())) {
                    pieces.add(processes.receiveBlock(previous, block.index(), piece));
                  }
                  return all(pieces);
                })
            .thenCompose(all -> check(block.block(), announcement))
            .whenComplete((done, error) -> {
              if (error == null) {
                block.end();
              } else {
                block.arrived().completeExceptionally(error);
              }
            });
    underWay.add(arrival);
  }

  /** What came is what left, if anybody wants to know. */
  private CompletableFuture<Void> check(KeyValueBlock block, MemorySegment announcement) {
    BlockChecks wanted = checks;
    return wanted == null
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.runAsync(
            () -> wanted.requireArrived(block, announcement.get(ANNOUNCEMENT, 0)), executor);
  }

  /** Sends a block once it is here and those before it have been sent. */
  private void send(int index) {
    KeyValueBlock block = blocks.get(index);
    ReceivedBlock source = byIndex.get(index);
    int next = (processes.index() + 1) % processes.size();
    if (source == null) {
      lastSend = lastSend.thenComposeAsync(turn -> send(index, block, next), executor);
    } else {
      lastSend =
          lastSend
              .thenCompose(turn -> source.arrived())
              .thenCompose(arrived -> send(index, block, next))
              .thenRun(source::release);
    }
    underWay.add(lastSend);
  }

  private CompletableFuture<Void> send(int index, KeyValueBlock block, int to) {
    List<CompletableFuture<Void>> pieces = new ArrayList<>();
    MemorySegment announcement = memory.allocate(ANNOUNCEMENT);
    announcement.set(ANNOUNCEMENT, 0, checks == null ? 0 : checks.of(block));
    pieces.add(processes.sendBlock(to, index, announcement));
    for (MemorySegment piece : pieces(block)) {
      pieces.add(processes.sendBlock(to, index, piece));
    }
    return all(pieces);
  }

  /** Keys and values of each part; those that lie apart are gathered. */
  private List<MemorySegment> pieces(KeyValueBlock block) {
    List<MemorySegment> pieces = new ArrayList<>();
    for (KeyValuePart part : block.parts()) {
      pieces.add(bytes(part.k()));
      pieces.add(bytes(part.v()));
    }
    return pieces;
  }

  private MemorySegment bytes(Tensor tensor) {
    Tensor whole = tensor.isContiguous() ? tensor : tensor.copy(memory, tensor.dtype());
    return whole.data().asSlice(whole.byteOffset(new long[whole.rank()]), whole.byteSize());
  }

  private static CompletableFuture<Void> all(List<CompletableFuture<Void>> pieces) {
    return CompletableFuture.allOf(pieces.toArray(CompletableFuture[]::new));
  }
}
