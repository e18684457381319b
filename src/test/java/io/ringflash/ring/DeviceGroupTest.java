package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ringflash.faults.CallLog;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.Interference;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceGroupTest {
  @Test
  void keepsRankOrder() {
    try (FakeRing ring = new FakeRing(3, Interference.NONE);
        DeviceGroup group = ring.group()) {
      assertThat(group.size()).isEqualTo(3);
      assertThat(group.devices()).hasSize(3);
      assertThat(group.device(2).info().id()).isEqualTo("fake:2");
    }
  }

  @Test
  void needsADevice() {
    assertThatThrownBy(() -> new DeviceGroup(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a device group should have at least one device");
  }

  @Test
  void closesAllThoughSomeFail() {
    for (Throwable failure : List.of(new IllegalStateException(), new AssertionError())) {
      try (FakeRing ring = new FakeRing(4, (event, stop) -> failOnOddRanks(event, failure))) {
        Throwable thrown = catchThrowable(ring.group()::close);
        assertThat(thrown).hasMessage("rank 3").hasCause(failure);
        assertThat(thrown.getSuppressed()).hasSize(1);
        assertThat(thrown.getSuppressed()[0]).hasMessage("rank 1");
        for (int rank = 0; rank < 4; rank++) {
          assertThat(ring.log().count(rank, Call.CLOSE_DEVICE)).isOne();
        }
      }
    }
  }

  private static void failOnOddRanks(CallLog.Event event, Throwable failure) {
    if (event.rank() % 2 == 1) {
      String message = "rank " + event.rank();
      if (failure instanceof Error) {
        throw new AssertionError(message, failure);
      }
      throw new IllegalStateException(message, failure);
    }
  }
}
