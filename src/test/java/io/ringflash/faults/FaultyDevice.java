package io.ringflash.faults;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.ForwardingDevice;
import io.ringflash.engine.ForwardingShard;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.engine.StopSignal;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.CallLog.Event;
import io.ringflash.faults.FaultyBuffer.State;
import io.ringflash.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Any device, whose calls a test may interfere with; they are logged, and so is what the seam's
 * contract forbids. (After Lucene's MockDirectoryWrapper.)
 */
public final class FaultyDevice extends ForwardingDevice {
  private final int rank;
  private final CallLog log;
  private final Interference interference;
  private final boolean embedded;

  /**
   * @param device does the work
   * @param rank by which the log calls it
   */
  public FaultyDevice(AttentionDevice device, int rank, CallLog log, Interference interference) {
    this(device, rank, log, interference, false);
  }

  /**
   * @param embedded whether the device says that it is, so that nobody watches over it
   */
  public FaultyDevice(
      AttentionDevice device, int rank, CallLog log, Interference interference, boolean embedded) {
    super(device);
    this.rank = rank;
    this.log = log;
    this.interference = interference;
    this.embedded = embedded;
  }

  @Override
  public boolean isEmbedded() {
    return embedded;
  }

  @Override
  public ShardAttention prepare(ShardRequest request) {
    Event event = new Event(rank, Call.PREPARE, "");
    interference.during(event, request.stop());
    long bytes = request.queries().stream().mapToLong(part -> part.q().byteSize()).sum();
    interference.allocating(event, bytes);
    ShardAttention shard = super.prepare(request);
    log.add(event);
    List<String> blocks = request.blocks().stream().map(FaultyDevice::name).toList();
    return new Shard(shard, request.stop(), bytes, blocks);
  }

  @Override
  public void close() {
    Event event = new Event(rank, Call.CLOSE_DEVICE, "");
    log.add(event);
    try {
      interference.during(event, () -> false);
    } finally {
      super.close();
    }
  }

  /** What the log calls a block. */
  static String name(KeyValueBlock block) {
    if (block.parts().isEmpty()) {
      return "empty";
    }
    boolean joint = block.positions().getFirst().joint();
    return joint ? "joint" : "" + block.positions().getFirst().start();
  }

  private final class Shard extends ForwardingShard {
    private final StopSignal stop;
    private final long queryBytes;
    private final Deque<String> expected;
    private @Nullable String folded;

    Shard(ShardAttention shard, StopSignal stop, long queryBytes, List<String> blocks) {
      super(shard);
      this.stop = stop;
      this.queryBytes = queryBytes;
      this.expected = new ArrayDeque<>(blocks);
    }

    @Override
    public KeyValueBuffer allocate(List<KeyValueBlock> candidates) {
      Event event = new Event(rank, Call.ALLOCATE, "");
      interference.during(event, stop);
      long bytes = candidates.stream().mapToLong(KeyValueBlock::byteSize).max().orElse(0);
      interference.allocating(event, bytes);
      KeyValueBuffer buffer = super.allocate(candidates);
      log.add(event);
      return new FaultyBuffer(
          buffer,
          candidates.stream().map(FaultyDevice::name).collect(Collectors.toSet()),
          problem -> log.violation("rank %d: %s".formatted(rank, problem)),
          () -> closing(Call.CLOSE_BUFFER, bytes));
    }

    @Override
    public void load(KeyValueBuffer buffer, KeyValueBlock block) {
      FaultyBuffer target = (FaultyBuffer) buffer;
      Event event = new Event(rank, Call.LOAD, name(block));
      target.whileIn(
          State.LOADING,
          () -> {
            target.receive(event.block());
            doing(event, () -> super.load(target.buffer(), interference.travelling(event, block)));
          });
    }

    @Override
    public void copy(KeyValueBuffer buffer, KeyValueBuffer source, KeyValueBlock block) {
      FaultyBuffer target = (FaultyBuffer) buffer;
      FaultyBuffer origin = (FaultyBuffer) source;
      Event event = new Event(rank, Call.COPY, name(block));
      target.whileIn(
          State.LOADING,
          () -> {
            target.receive(event.block());
            origin.whileRead(
                event.block(),
                () -> doing(event, () -> super.copy(target.buffer(), origin.buffer(), block)));
          });
    }

    @Override
    public void read(KeyValueBuffer buffer, int part, long from, Tensor k, Tensor v) {
      super.read(((FaultyBuffer) buffer).buffer(), part, from, k, v);
    }

    @Override
    public void fold(KeyValueBuffer buffer) {
      FaultyBuffer source = (FaultyBuffer) buffer;
      if (!source.block().equals(folded)) {
        folded = source.block();
        require(folded.equals(expected.poll()), "folds a block that is not the next");
      }
      source.whileIn(
          State.FOLDING,
          () ->
              doing(new Event(rank, Call.FOLD, source.block()), () -> super.fold(source.buffer())));
    }

    @Override
    public void finish() {
      require(expected.isEmpty(), "finishes before the last block");
      doing(new Event(rank, Call.FINISH, ""), super::finish);
    }

    @Override
    public void close() {
      try {
        closing(Call.CLOSE_SHARD, queryBytes);
      } finally {
        super.close();
      }
    }

    private void require(boolean right, String otherwise) {
      if (!right) {
        log.violation("rank %d: %s".formatted(rank, otherwise));
      }
    }

    private void doing(Event event, Runnable work) {
      log.add(event);
      interference.during(event, stop);
      work.run();
      interference.afterwards(event, stop);
    }

    private void closing(Call call, long bytes) {
      Event event = new Event(rank, call, "");
      log.add(event);
      interference.freed(event, bytes);
      interference.during(event, stop);
    }
  }
}
