package io.ringflash.ring;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.engine.StopSignal;
import io.ringflash.ring.FakeLog.Call;
import io.ringflash.ring.FakeLog.Event;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** A device that computes nothing: it records its calls, and a test may interfere with each. */
final class FakeDevice implements AttentionDevice {
  /** What happens inside of a call, on the thread that makes it. */
  @FunctionalInterface
  interface Interference {
    Interference NONE = (event, stop) -> {};

    void during(Event event, StopSignal stop);
  }

  private final int rank;
  private final FakeLog log;
  private final Interference interference;

  FakeDevice(int rank, FakeLog log, Interference interference) {
    this.rank = rank;
    this.log = log;
    this.interference = interference;
  }

  @Override
  public DeviceInfo info() {
    return new DeviceInfo("fake:" + rank, "computes nothing", 0, 1, false);
  }

  @Override
  public ShardAttention prepare(ShardRequest request) {
    interference.during(new Event(rank, Call.PREPARE, ""), request.stop());
    log.add(new Event(rank, Call.PREPARE, ""));
    return new Shard(request);
  }

  @Override
  public Optional<String> copyObstacle(AttentionDevice source) {
    return Optional.empty();
  }

  @Override
  public void close() {
    log.add(new Event(rank, Call.CLOSE_DEVICE, ""));
    interference.during(new Event(rank, Call.CLOSE_DEVICE, ""), () -> false);
  }

  private static String name(KeyValueBlock block) {
    boolean joint = block.positions().getFirst().joint();
    return joint ? "joint" : "" + block.positions().getFirst().start();
  }

  private final class Shard implements ShardAttention {
    private final ShardRequest request;

    Shard(ShardRequest request) {
      this.request = request;
    }

    @Override
    public String kernel() {
      return "fake";
    }

    @Override
    public KeyValueBuffer allocate(List<KeyValueBlock> candidates) {
      during(Call.ALLOCATE, "");
      log.add(new Event(rank, Call.ALLOCATE, ""));
      return new Buffer(
          request.stop(), candidates.stream().map(FakeDevice::name).collect(Collectors.toSet()));
    }

    @Override
    public void load(KeyValueBuffer buffer, KeyValueBlock block) {
      ((Buffer) buffer).whileIn(Buffer.State.LOADING, () -> load((Buffer) buffer, name(block)));
    }

    @Override
    public void copy(KeyValueBuffer buffer, KeyValueBuffer source, KeyValueBlock block) {
      Buffer target = (Buffer) buffer;
      target.whileIn(
          Buffer.State.LOADING,
          () ->
              ((Buffer) source).whileRead(name(block), () -> fill(target, Call.COPY, name(block))));
    }

    private void load(Buffer target, String block) {
      fill(target, Call.LOAD, block);
    }

    private void fill(Buffer target, Call call, String block) {
      if (!target.candidates.contains(block)) {
        log.violation(
            "block %s has no room in a buffer for %s".formatted(block, target.candidates));
      }
      target.block = block;
      log.add(new Event(rank, call, block));
      during(call, block);
    }

    @Override
    public void fold(KeyValueBuffer buffer) {
      Buffer source = (Buffer) buffer;
      source.whileIn(
          Buffer.State.FOLDING,
          () -> {
            log.add(new Event(rank, Call.FOLD, source.block));
            during(Call.FOLD, source.block);
          });
    }

    @Override
    public void finish() {
      log.add(new Event(rank, Call.FINISH, ""));
      during(Call.FINISH, "");
    }

    @Override
    public void close() {
      log.add(new Event(rank, Call.CLOSE_SHARD, ""));
      during(Call.CLOSE_SHARD, "");
    }

    private void during(Call call, String block) {
      interference.during(new Event(rank, call, block), request.stop());
    }
  }

  /** A buffer that knows when it is used as it must not be. */
  private final class Buffer implements KeyValueBuffer {
    enum State {
      IDLE,
      LOADING,
      FOLDING,
      CLOSED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
    private final StopSignal stop;
    private final Set<String> candidates;
    private volatile String block = "nothing";
    private final AtomicInteger readers = new AtomicInteger();

    Buffer(StopSignal stop, Set<String> candidates) {
      this.stop = stop;
      this.candidates = candidates;
    }

    void whileIn(State during, Runnable work) {
      change(State.IDLE, during);
      try {
        work.run();
      } finally {
        change(during, State.IDLE);
      }
    }

    /** Another device copies from here; folding goes on. */
    void whileRead(String expected, Runnable work) {
      readers.incrementAndGet();
      requireHeld(expected);
      try {
        work.run();
      } finally {
        requireHeld(expected);
        readers.decrementAndGet();
      }
    }

    private void requireHeld(String expected) {
      State present = state.get();
      if (present == State.LOADING || present == State.CLOSED || !block.equals(expected)) {
        log.violation(
            "rank %d: block %s was copied from a buffer that was %s and had %s"
                .formatted(rank, expected, present, block));
      }
    }

    @Override
    public void close() {
      change(State.IDLE, State.CLOSED);
      log.add(new Event(rank, Call.CLOSE_BUFFER, ""));
      interference.during(new Event(rank, Call.CLOSE_BUFFER, ""), stop);
    }

    private void change(State expected, State next) {
      if (readers.get() > 0 && (next == State.LOADING || next == State.CLOSED)) {
        log.violation("rank %d: a buffer became %s while it was copied".formatted(rank, next));
      }
      State actual = state.getAndSet(next);
      if (actual != expected) {
        log.violation("rank %d: a buffer became %s while %s".formatted(rank, next, actual));
      }
    }
  }
}
