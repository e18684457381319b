package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.KernelChoice;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.KernelTuning.Finding;
import io.ringflash.experiment.KernelTuning.Speed;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KernelTuningTest {
  private static final AttentionProblem PROBLEM =
      AttentionProblem.plain(new AttentionShape(1, 64, 64, 1, 1, 8), DType.FP32);

  /** A cpu device that lets choose between a slow kernel, its usual one, and a fast one. */
  private static final class TwoKernels implements AttentionDevice, KernelChoice {
    private final AttentionDevice cpu = new CpuEngine(1).open(List.of(0)).getFirst();
    private final List<String> kept = new ArrayList<>();
    private String taken = "scalar";

    @Override
    public DeviceInfo info() {
      return cpu.info();
    }

    @Override
    public ShardAttention prepare(ShardRequest request) {
      return cpu.prepare(
          new ShardRequest(
              request.problem(),
              request.queries(),
              request.blocks(),
              AttnType.parse(taken),
              request.processor(),
              request.deterministic(),
              request.stop()));
    }

    @Override
    public Optional<KernelChoice> kernelChoice() {
      return Optional.of(this);
    }

    @Override
    public List<String> candidates(AttentionProblem problem) {
      return List.of("scalar", "vector");
    }

    @Override
    public void take(AttentionProblem problem, String kernel) {
      taken = kernel;
    }

    @Override
    public String keep(AttentionProblem problem) {
      kept.add(taken);
      return "a file";
    }

    @Override
    public void close() {
      cpu.close();
    }
  }

  @Test
  void theFastestIsTakenAndKept() {
    try (TwoKernels device = new TwoKernels()) {
      DeviceGroup alone = new DeviceGroup(List.of(device));
      Finding finding = KernelTuning.tune(alone, PROBLEM, Progress.NONE).orElseThrow();

      assertThat(finding.speeds()).extracting(Speed::kernel).containsExactly("vector", "scalar");
      assertThat(finding.speeds())
          .allSatisfy(speed -> assertThat(speed.gflopsPerSecond()).isPositive());
      assertThat(device.taken).isEqualTo("vector");
      assertThat(device.kept).containsExactly("vector");
    }
  }

  @Test
  void aDeviceOfOneKernelIsLeftAlone() {
    try (DeviceGroup alone = new DeviceGroup(new CpuEngine(1).open(List.of(0)))) {
      assertThat(KernelTuning.tune(alone, PROBLEM, Progress.NONE)).isEmpty();
    }
  }
}
