package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TuneCommandTest {
  @Test
  void cpuDevicesHaveOneKernel() {
    Invocation tune = Invocation.of("tune", "--devices", "cpu:0,cpu:1");

    assertThat(tune.code()).isEqualTo(ExitCode.DONE);
    assertThat(tune.out())
        .isEqualToIgnoringNewLines("nothing to choose: these devices have one kernel each");
  }
}
