package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.faults.CallLog;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.FaultyDevice;
import io.ringflash.faults.Interference;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever calls, and when: calls do not meet, and there are none after the last. */
class LifecycleTest {
  private final Tensor q = TestTensors.normal(DType.FP32, 1, 1, 9, 2, 8);

  @ParameterizedTest
  @EnumSource(OnDeviceFailure.class)
  void aClosedRingIsNotUsed(OnDeviceFailure onDeviceFailure) {
    AttentionOptions options = AttentionOptions.builder().onDeviceFailure(onDeviceFailure).build();
    for (int devices = 1; devices <= 2; devices++) {
      RingFlashAttention ring = Rings.of(devices);
      ring.forward(q, q, q, options);
      ring.close();
      assertThatThrownBy(() -> ring.forward(q, q, q, options))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("this attention should be open but has been closed");
      List<Tensor> shards = List.of(q, q).subList(0, devices);
      assertThatThrownBy(() -> ring.forwardShards(shards, shards, shards, options))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void devicesAreClosedOnce() {
    CallLog log = new CallLog();
    DeviceGroup group = new DeviceGroup(List.of(device(log)));
    try (group;
        RingFlashAttention ring = new RingFlashAttention(group)) {
      ring.close();
    }
    assertThat(log.count(0, Call.CLOSE_DEVICE)).isOne();
  }

  /** A device takes one shard at a time. */
  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void callsOfSeveralThreadsAreMadeOneAfterAnother(int threads) throws Exception {
    CallLog log = new CallLog();
    Tensor expected;
    try (RingFlashAttention ring = new RingFlashAttention(new DeviceGroup(List.of(device(log))));
        ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      expected = ring.forward(q, q, q, AttentionOptions.defaults()).out();
      List<Future<AttentionResult>> results = new ArrayList<>();
      for (int i = 0; i < 10 * threads; i++) {
        results.add(executor.submit(() -> ring.forward(q, q, q, AttentionOptions.defaults())));
      }
      for (Future<AttentionResult> result : results) {
        TestTensors.requireSameBits("out", expected, result.get().out());
      }
    }
    int open = 0;
    for (CallLog.Event event : log.events()) {
      open += event.call() == Call.PREPARE ? 1 : 0;
      open -= event.call() == Call.CLOSE_SHARD ? 1 : 0;
      assertThat(open).isBetween(0, 1);
    }
  }

  private static AttentionDevice device(CallLog log) {
    AttentionDevice cpu = new CpuEngine(1).open(List.of(0)).getFirst();
    return new FaultyDevice(cpu, 0, log, Interference.NONE);
  }
}
