package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.engine.AttnType;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.StopSignal;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.faults.CallLog;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.CallLog.Event;
import io.ringflash.faults.DamagedBlock;
import io.ringflash.faults.FaultyDevice;
import io.ringflash.faults.Interference;
import io.ringflash.ring.DamagedBlockException;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckBlocksTest {
  private static final String EVERY_KERNEL_AND_TYPE =
      """
      VECTOR, FP32
      VECTOR, FP16
      VECTOR, BF16
      SCALAR, FP32
      SCALAR, FP16
      REFERENCE, BF16
      """;

  /** Blocks of several slices and uneven lengths, and joint tokens: all come back as they left. */
  @ParameterizedTest
  @CsvSource(textBlock = EVERY_KERNEL_AND_TYPE)
  void soundBlocksPass(AttnType kernel, DType dtype) {
    for (Sharding sharding : Sharding.values()) {
      AttentionOptions.Builder options = options(kernel, dtype, sharding);
      try (RingFlashAttention ring = Rings.of(3)) {
        AttentionResult plain = run(ring, dtype, options.checkBlocks(false).build());
        AttentionResult checked = run(ring, dtype, options.checkBlocks(true).build());
        TestTensors.requireSameBits(kernel + " " + sharding, plain, checked);
        assertThat(plain.report().checkNanos()).isZero();
        assertThat(checked.report().checkNanos()).isPositive();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY_KERNEL_AND_TYPE)
  void aDamagedBlockIsAFailure(AttnType kernel, DType dtype) {
    Interference damage =
        new Interference() {
          @Override
          public void during(Event event, StopSignal stop) {}

          @Override
          public KeyValueBlock travelling(Event event, KeyValueBlock block) {
            boolean chosen = event.rank() == 1 && event.call() == Call.LOAD;
            return chosen && !event.block().equals("joint") ? DamagedBlock.of(block) : block;
          }
        };
    List<FaultyDevice> devices = new ArrayList<>();
    new CpuEngine(2)
        .open(IntStream.range(0, 3).boxed().toList())
        .forEach(cpu -> devices.add(new FaultyDevice(cpu, devices.size(), new CallLog(), damage)));
    try (RingFlashAttention ring = new RingFlashAttention(new DeviceGroup(devices))) {
      AttentionOptions.Builder options = options(kernel, dtype, Sharding.ZIGZAG);
      run(ring, dtype, options.build());
      assertThatThrownBy(() -> run(ring, dtype, options.checkBlocks(true).build()))
          .hasCauseInstanceOf(DamagedBlockException.class)
          .hasMessageMatching(
              "rank 1 \\(cpu:1\\) failed at step 0: a K/V block arrived damaged: its checksum"
                  + " should be [0-9a-f]{8} but is [0-9a-f]{8}");
    }
  }

  /** A signalling NaN that is widened to FP32 and back is quiet; it is a NaN still. */
  @Test
  void anyNanPasses() {
    Tensor q = TestTensors.normal(DType.FP16, 1, 1, 40, 2, 16);
    q.data().set(ValueLayout.JAVA_SHORT, 64, (short) 0x7c01);
    q.data().set(ValueLayout.JAVA_SHORT, 128, (short) 0xfe07);
    try (RingFlashAttention ring = Rings.of(2)) {
      AttentionResult result =
          ring.forward(q, q, q, AttentionOptions.builder().checkBlocks(true).build());
      assertThat(result.report().checkNanos()).isPositive();
    }
  }

  private static AttentionOptions.Builder options(AttnType kernel, DType dtype, Sharding sharding) {
    Tensor joint = TestTensors.normal(dtype, 9, 2, 5, 2, 20);
    return AttentionOptions.builder()
        .attnType(kernel)
        .sharding(sharding)
        .deviceSpeeds(1, 3, 2)
        .joint(joint, joint, JointStrategy.FRONT);
  }

  private static AttentionResult run(
      RingFlashAttention ring, DType dtype, AttentionOptions options) {
    Tensor q = TestTensors.normal(dtype, 1, 2, 301, 4, 20);
    // Keys and values that lie apart: those of one tensor take turns.
    Tensor kv = TestTensors.normal(dtype, 2, 2, 517, 2, 2, 20);
    return ring.forwardKvPacked(q, kv, options);
  }
}
