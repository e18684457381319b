package io.ringflash.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.ForwardingDevice;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.ExchangeKind;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Devices with memory of their own get of a K/V block what their queries see. */
class PartialBlocksTest {
  private static final int LENGTH = 1536;
  private static final AttentionShape SHAPE = new AttentionShape(2, LENGTH, LENGTH, 2, 1, 16);

  /** Keys and values of a token, of both batch entries. */
  private static final long TOKEN_BYTES = 2 * 2 * 16 * Float.BYTES;

  @ParameterizedTest
  @EnumSource(
      value = ExchangeKind.class,
      names = {"HOST", "PEER"})
  void aWindowTakesTheEndOfTheBlockBefore(ExchangeKind exchange) {
    // Of three blocks the second and third rank see two, 300 keys of the one before in two tiles.
    long bytes =
        bytes(
            exchange,
            3,
            Sharding.CONTIGUOUS,
            ConformanceCase.plain(SHAPE, DType.FP32, 1).withMask(false, 300, 0));
    assertThat(bytes).isEqualTo((LENGTH + 2 * 2 * 256) * TOKEN_BYTES);
  }

  @ParameterizedTest
  @EnumSource(
      value = ExchangeKind.class,
      names = {"HOST", "PEER"})
  void zigzagLeavesLaterChunksBehind(ExchangeKind exchange) {
    long bytes =
        bytes(
            exchange,
            2,
            Sharding.ZIGZAG,
            ConformanceCase.plain(SHAPE, DType.FP32, 2).withMask(true, -1, -1));
    assertThat(bytes).isEqualTo((LENGTH + LENGTH / 2 + LENGTH / 4) * TOKEN_BYTES);
  }

  /** Bytes that travel; the result is held against the oracle. */
  private static long bytes(
      ExchangeKind exchange, int devices, Sharding sharding, ConformanceCase plain) {
    ConformanceCase test = plain.withRing(devices, sharding);
    try (Arena arena = Arena.ofShared();
        RingFlashAttention ring = new RingFlashAttention(group(devices), exchange.create())) {
      CaseData data = new CaseData(arena, test);
      AttentionResult result = data.run(ring, AttnType.AUTO);
      new AccuracyCheck(data, result).run();
      return result.report().bytes();
    }
  }

  private static DeviceGroup group(int devices) {
    List<AttentionDevice> all = new CpuEngine(1).open(IntStream.range(0, devices).boxed().toList());
    return new DeviceGroup(all.stream().<AttentionDevice>map(Separate::new).toList());
  }

  /** A device that stands for one with memory of its own. */
  private static final class Separate extends ForwardingDevice {
    Separate(AttentionDevice device) {
      super(device);
    }

    @Override
    public boolean isEmbedded() {
      return false;
    }
  }
}
