package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.engine.AttnType;
import io.ringflash.faults.IdleDevice;
import io.ringflash.ring.DeviceGroup;
import java.util.List;
import org.junit.jupiter.api.Test;

class SingleRunTest {
  private static final long LITTLE = 1_000_000;
  private static final long MUCH = 100_000_000_000L;

  @Test
  void littleWorkOfCpuDevicesIsNotWorthCompilingVectors() {
    try (RingFlashAttention cpu = RingFlashAttention.on("cpu:0,cpu:1")) {
      assertThat(attnType(AttnType.AUTO, LITTLE, cpu)).isEqualTo(AttnType.SCALAR);
      assertThat(attnType(AttnType.AUTO, MUCH, cpu)).isEqualTo(AttnType.AUTO);
    }
  }

  @Test
  void theUsersKernelStays() {
    try (RingFlashAttention cpu = RingFlashAttention.on("cpu:0")) {
      assertThat(attnType(AttnType.VECTOR, LITTLE, cpu)).isEqualTo(AttnType.VECTOR);
      assertThat(attnType(AttnType.REFERENCE, LITTLE, cpu)).isEqualTo(AttnType.REFERENCE);
    }
  }

  @Test
  void otherDevicesPickTheirOwn() {
    DeviceGroup group = new DeviceGroup(List.of(new IdleDevice(0)));
    try (RingFlashAttention others = new RingFlashAttention(group)) {
      assertThat(attnType(AttnType.AUTO, LITTLE, others)).isEqualTo(AttnType.AUTO);
    }
  }

  @Test
  void allElseIsAsAsked() {
    try (RingFlashAttention cpu = RingFlashAttention.on("cpu:0")) {
      AttentionOptions asked =
          AttentionOptions.builder().causal(true).softcap(3).deterministic(true).build();
      AttentionOptions used = SingleRun.options(asked, LITTLE, cpu.group());
      assertThat(used)
          .usingRecursiveComparison()
          .ignoringFields("values.attnType")
          .isEqualTo(asked);
    }
  }

  private static AttnType attnType(AttnType asked, long flops, RingFlashAttention attention) {
    AttentionOptions options = AttentionOptions.builder().attnType(asked).build();
    return SingleRun.options(options, flops, attention.group()).attnType();
  }
}
