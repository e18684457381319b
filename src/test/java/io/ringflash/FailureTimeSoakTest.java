package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.StopSignal;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.faults.CallLog;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.CallLog.Event;
import io.ringflash.faults.FaultyDevice;
import io.ringflash.faults.Interference;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.RingException;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How soon a run ends one of whose devices raises an error while the others compute. */
@Tag("soak")
class FailureTimeSoakTest {
  private static final int REPETITIONS = 20;
  private static final int RANKS = 4;

  /** A fold of each rank takes seconds. */
  private static final long TOKENS = 65_536;

  @Test
  void aRaisedErrorEndsTheRunWithinASecond() {
    long longest = 0;
    for (int i = 0; i < REPETITIONS; i++) {
      longest = Math.max(longest, nanosFromErrorToEnd());
    }
    System.out.printf("a run ended within %.3f s of an error%n", longest * 1e-9);
    assertThat(longest).isLessThan(TimeUnit.SECONDS.toNanos(1));
  }

  private static long nanosFromErrorToEnd() {
    long[] raised = new long[1];
    Interference failing = (event, stop) -> failSoon(event, stop, raised);
    List<AttentionDevice> devices = new ArrayList<>();
    new CpuEngine()
        .open(List.of(0, 1, 2, 3))
        .forEach(cpu -> devices.add(new FaultyDevice(cpu, devices.size(), new CallLog(), failing)));
    try (RingFlashAttention ring = new RingFlashAttention(new DeviceGroup(devices));
        Arena arena = Arena.ofShared()) {
      Tensor x = Tensor.allocate(arena, DType.FP32, 1, TOKENS, RANKS, 128);
      Throwable e = catchThrowable(() -> ring.forward(arena, x, x, x, AttentionOptions.defaults()));
      long end = System.nanoTime();
      assertThat(e).isInstanceOf(RingException.class).hasMessageContaining("rank 2 (cpu:2)");
      return end - raised[0];
    }
  }

  private static void failSoon(Event event, StopSignal stop, long[] raised) {
    if (event.rank() == 2 && event.call() == Call.FOLD && !stop.stopRequested()) {
      try {
        Thread.sleep(300);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      raised[0] = System.nanoTime();
      throw new IllegalStateException("boom");
    }
  }
}
