package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.ring.mpi.MpiUnavailableException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LaunchTest {
  /** Variables as MPICH's mpiexec sets them. */
  @Test
  void anotherLaunchersProcessesAreRefusedInOneVoice() {
    Launch first = new Launch(Map.of("PMI_SIZE", "2", "PMI_RANK", "0"));
    Launch second = new Launch(Map.of("PMI_SIZE", "2", "PMI_RANK", "1"));

    assertThatThrownBy(second::processes)
        .isInstanceOf(MpiUnavailableException.class)
        .hasMessageStartingWith("PMI_SIZE is set: several processes should be started by");
    assertThat(first.speaks()).isTrue();
    assertThat(second.speaks()).isFalse();
  }

  @Test
  void withoutALauncherThereIsOneProcess() {
    Launch launch = new Launch(Map.of());
    assertThat(launch.processes().size()).isEqualTo(1);
    assertThat(launch.localProcesses()).isEqualTo(1);
    assertThat(launch.speaks()).isTrue();
  }
}
