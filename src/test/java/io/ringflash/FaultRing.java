package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.faults.CallLog;
import io.ringflash.faults.FaultyDevice;
import io.ringflash.faults.FaultyExchange;
import io.ringflash.faults.Interference;
import io.ringflash.faults.VirtualExchange;
import io.ringflash.faults.VirtualTime;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A ring of CPU devices, in virtual time, whose calls and exchange a test interferes with. */
final class FaultRing implements AutoCloseable {
  private static final int TOKENS_PER_RANK = 2;
  private static final int HEADS = 2;
  private static final int HEAD_DIM = 4;

  private final VirtualTime time;
  private final int ranks;
  private final CallLog log = new CallLog();
  private final Arena arena = Arena.ofShared();
  private final Tensor[] inputs = new Tensor[3];
  private final RingFlashAttention attention;

  FaultRing(VirtualTime time, int ranks, Interference interference) {
    this(time, ranks, TOKENS_PER_RANK * ranks, interference);
  }

  /** A ring whose inputs depend on the number of tokens only. */
  FaultRing(VirtualTime time, int ranks, int tokens, Interference interference) {
    this.time = time;
    this.ranks = ranks;
    Random random = new Random(tokens);
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = Tensor.allocate(arena, DType.FP32, 1, tokens, HEADS, HEAD_DIM);
      for (long at = 0; at < inputs[i].byteSize(); at += Float.BYTES) {
        DType.FP32.store(inputs[i].data(), at, (float) random.nextGaussian());
      }
    }
    List<AttentionDevice> devices = new ArrayList<>();
    new CpuEngine(1)
        .open(IntStream.range(0, ranks).boxed().toList())
        .forEach(cpu -> devices.add(new FaultyDevice(cpu, devices.size(), log, interference)));
    this.attention =
        new RingFlashAttention(
            new DeviceGroup(devices),
            new FaultyExchange(new VirtualExchange(time), log, interference),
            ProcessGroup.alone(),
            time);
  }

  /** What was called so far. */
  CallLog log() {
    return log;
  }

  /** Runs the ring; out and lse, and the report, lie in memory of the garbage collector's. */
  AttentionResult run(AttentionOptions options) throws Exception {
    return time.play(() -> attention.forward(inputs[0], inputs[1], inputs[2], options));
  }

  /** The same with one tensor per rank, of equal lengths. */
  List<AttentionResult> runShards(AttentionOptions options) throws Exception {
    List<List<Tensor>> shards = Stream.of(inputs).map(this::shards).toList();
    return time.play(
        () -> attention.forwardShards(shards.get(0), shards.get(1), shards.get(2), options));
  }

  private List<Tensor> shards(Tensor whole) {
    long length = whole.dim(1) / ranks;
    return IntStream.range(0, ranks)
        .mapToObj(rank -> whole.slice(1, rank * length, length, 1))
        .toList();
  }

  /** All bits of out and lse. */
  static List<Float> bits(AttentionResult result) {
    List<Float> bits = new ArrayList<>();
    for (Tensor tensor : List.of(result.out(), result.lse().orElseThrow())) {
      for (float value : TestTensors.values(tensor)) {
        bits.add(value);
      }
    }
    return bits;
  }

  /** No thread of a run is left, and nothing on any device. */
  void requireIdle() {
    assertThat(time.waiting()).isEmpty();
    assertThat(log.violations()).isEmpty();
    for (int rank = 0; rank < ranks; rank++) {
      assertThat(log.leftOpen(rank)).isEmpty();
    }
  }

  @Override
  public void close() throws Exception {
    try (arena) {
      time.play(() -> {
        attention.close();
        return attention;
      });
    }
  }
}
