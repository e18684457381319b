package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class HostRoomTest {
  @Test
  void whatIsMoreThanThereIsIsRefused() {
    HostRoom room = new HostRoom(23_000_000_000L);
    room.require("random inputs", 23e9);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> room.require("random inputs", 24.6e9))
        .withMessage(
            "the host should have 24.6 GB of free memory for random inputs but has 23.0 GB");
  }

  @Test
  void thisMachineHasSome() {
    assertThat(HostRoom.now().freeBytes()).isPositive();
  }
}
