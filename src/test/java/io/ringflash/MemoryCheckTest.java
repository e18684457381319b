package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.ForwardingDevice;
import io.ringflash.engine.ShardSize;
import io.ringflash.engine.TokenCount;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.HostExchange;
import io.ringflash.ring.process.FakeNetwork;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.OffHeap;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryCheckTest {
  private final Tensor q = TestTensors.normal(DType.FP32, 1, 1, 1000, 2, 16);

  /** A device whose memory is small, beside the host or a part of it. */
  private static final class Small extends ForwardingDevice {
    private final long bytes;
    private final boolean embedded;

    Small(AttentionDevice device, long bytes, boolean embedded) {
      super(device);
      this.bytes = bytes;
      this.embedded = embedded;
    }

    @Override
    public DeviceInfo info() {
      DeviceInfo info = super.info();
      return new DeviceInfo(info.id(), "small", bytes, info.computeUnits(), false);
    }

    @Override
    public boolean isEmbedded() {
      return embedded;
    }

    @Override
    public long freeMemoryBytes() {
      return bytes;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsSaidToFitFits(boolean deterministic) {
    AttentionOptions options = AttentionOptions.builder().deterministic(deterministic).build();
    String message = refusal(options, 2, 200_000, false);
    assertThat(message)
        .startsWith("cpu:0 should have 0.0 GB of free memory for this run but has 0.0 GB: ");
    long fits = number(message, "the largest seqLen that fits is (\\d+)");
    int devices = (int) number(message, "use (\\d+) devices like these");
    assertThat(refusal(options, 2, 200_000, false, fits)).isEmpty();
    assertThat(refusal(options, 2, 200_000, false, fits + 1)).isNotEmpty();
    assertThat(refusal(options, devices, 200_000, false)).isEmpty();
    assertThat(refusal(options, devices - 1, 200_000, false)).isNotEmpty();
  }

  /** More devices would need the same memory. */
  @Test
  void aHostDoesNotGrowWithItsDevices() {
    String message = refusal(AttentionOptions.defaults(), 3, 400_000, true);
    assertThat(message)
        .startsWith("the host of cpu:0, cpu:1, cpu:2 should have 0.0 GB")
        .matches(".*: the largest seqLen that fits is \\d+");
    long fits = number(message, "fits is (\\d+)");
    assertThat(refusal(AttentionOptions.defaults(), 3, 400_000, true, fits)).isEmpty();
  }

  @Test
  void aDeviceMayBeTooSmallForAnything() {
    assertThat(refusal(AttentionOptions.defaults(), 1, 10, true)).endsWith(": no length fits");
  }

  /** Of a terabyte, and at once: nothing of the size is allocated. */
  @Test
  void aProblemBeyondThisMachineIsRefused() {
    Tensor token = TestTensors.filled(DType.FP16, 1, 1, 1, 1, 64);
    long before = OffHeap.liveBytes();
    try (RingFlashAttention ring = Rings.of(2)) {
      Tensor huge = repeated(token, 2_000_000_000L);
      assertThatThrownBy(() -> ring.forward(huge, token, token, AttentionOptions.defaults()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("the host of cpu:0, cpu:1 should have ");
    }
    assertThat(OffHeap.liveBytes()).isLessThanOrEqualTo(before);
  }

  /** A process has a part of the results, its device's share, and room for what others send. */
  @Test
  void blocksOfOtherProcessesNeedRoom() {
    TokenCount half = new TokenCount(q.dim(1) / 2, 1);
    AttentionProblem problem = AttentionOptions.defaults().problem(q, q);
    ShardSize share = new ShardSize(problem, AttnType.AUTO, false, half, List.of(half, half));
    long results = (q.byteSize() + q.dim(1) * q.dim(2) * Float.BYTES) / 2;
    long received = 2 * q.byteSize() / 2;
    long needed;
    try (AttentionDevice cpu = new CpuEngine(1).open(List.of(0)).getFirst()) {
      needed = results + received + cpu.memoryBytes(share);
    }
    assertThat(ofTwoProcesses(needed)).containsOnly("");
    assertThat(ofTwoProcesses(needed - 1))
        .allMatch(refusal -> refusal.startsWith("the host of cpu:0 should have "));
  }

  private List<String> ofTwoProcesses(long bytes) {
    try (FakeNetwork network = new FakeNetwork(2)) {
      return network.onEach(process -> {
        AttentionDevice cpu = new CpuEngine(1).open(List.of(0)).getFirst();
        DeviceGroup group = new DeviceGroup(List.of(new Small(cpu, bytes, true)));
        ProcessGroup processes = new ProcessGroup(network.transport(process));
        try (RingFlashAttention ring =
            new RingFlashAttention(group, HostExchange.create(), processes)) {
          Throwable e = catchThrowable(() -> ring.forward(q, q, q, AttentionOptions.defaults()));
          return e == null ? "" : String.valueOf(e.getMessage());
        }
      });
    }
  }

  /** What counts are the tensors that a device gets, and not an equal part of them all. */
  @Test
  void shardsMayBeAsUnequalAsDevices() {
    Tensor many = q.slice(1, 0, 990, 1);
    Tensor few = q.slice(1, 990, 10, 1);
    List<AttentionDevice> cpus = new CpuEngine(1).open(List.of(0, 1));
    List<AttentionDevice> unequal = List.of(cpus.get(0), new Small(cpus.get(1), 100_000, false));
    AttentionOptions options = AttentionOptions.defaults();
    try (RingFlashAttention ring = new RingFlashAttention(new DeviceGroup(unequal))) {
      List<Tensor> keys = List.of(few, few);
      assertThat(ring.forwardShards(List.of(many, few), keys, keys, options)).hasSize(2);
      assertThatThrownBy(() -> ring.forwardShards(List.of(few, many), keys, keys, options))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("cpu:1 should have 0.0 GB of free memory for this run");
    }
  }

  /** The same token again and again, in no more memory. */
  private static Tensor repeated(Tensor token, long times) {
    long[] shape = {1, times, 1, token.dim(3)};
    return Tensor.of(token.data(), token.dtype(), shape, new long[] {0, 0, 0, 1});
  }

  private String refusal(AttentionOptions options, int devices, long bytes, boolean embedded) {
    return refusal(options, devices, bytes, embedded, q.dim(1));
  }

  /** What is said against the first tokens, or an empty text if they are computed. */
  private String refusal(
      AttentionOptions options, int devices, long bytes, boolean embedded, long tokens) {
    List<Small> small =
        new CpuEngine(1)
            .open(IntStream.range(0, devices).boxed().toList()).stream()
                .map(device -> new Small(device, bytes, embedded))
                .toList();
    Tensor some = q.slice(1, 0, tokens, 1);
    try (RingFlashAttention ring = new RingFlashAttention(new DeviceGroup(small));
        Arena arena = Arena.ofShared()) {
      Throwable e = catchThrowable(() -> ring.forward(arena, some, some, some, options));
      assertThat(e == null || e instanceof IllegalArgumentException).as("%s", e).isTrue();
      return e == null ? "" : String.valueOf(e.getMessage());
    }
  }

  private static long number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return Long.parseLong(matcher.group(1));
  }
}
