package io.ringflash.cli;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.DeviceId;
import io.ringflash.engine.EngineRegistry;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.KernelTuning;
import io.ringflash.experiment.KernelTuning.Finding;
import io.ringflash.experiment.KernelTuning.Speed;
import io.ringflash.experiment.TextTable;
import io.ringflash.experiment.Units;
import io.ringflash.experiment.bench.Sizes;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ringflash tune}. */
@Command(
    name = "tune",
    header = "Find the fastest kernel of each device, and take it from then on.",
    description = {
      "Kernels are timed on folds without a mask. The choice is kept for this kind of device,",
      "storage type and head dimension, in a file that the command names; without the file the",
      "usual kernels are taken. cpu devices have one kernel."
    })
final class TuneCommand implements Runnable {
  private static final int TOKENS = 1024;
  private static final int HEADS = 4;

  @Option(
      names = "--devices",
      paramLabel = "LIST",
      description = {
        "Such as opencl:0,opencl:1",
        "(default: all of the fastest available engine)."
      })
  private @Nullable String devices;

  @Option(
      names = "--head-dim",
      paramLabel = "LIST",
      description = "Head dimensions (default: 64,128).")
  private Sizes headDims = Sizes.parse("64,128");

  @Option(
      names = "--dtype",
      paramLabel = "LIST",
      split = ",",
      description = "fp32, fp16, bf16 (default: fp32).")
  private List<DType> dtypes = List.of(DType.FP32);

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private JsonOption json;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private ConsoleOptions console;

  @Override
  public void run() {
    List<AttentionProblem> problems = problems();
    List<Finding> findings = new ArrayList<>();
    try (DeviceGroup group = open();
        ConsoleProgress progress = console.progress("tune")) {
      progress.expect(KernelTuning.ROUNDS * kernels(group, problems));
      for (int device = 0; device < group.size(); device++) {
        for (AttentionProblem problem : problems) {
          KernelTuning.tune(group.only(device), problem, progress).ifPresent(findings::add);
        }
      }
    }
    json.print(findings, () -> text(findings));
  }

  private DeviceGroup open() {
    EngineRegistry registry = EngineRegistry.withServices(new CpuEngine());
    List<DeviceId> ids = devices == null ? registry.defaultDevices() : DeviceId.parseList(devices);
    return DeviceGroup.open(registry, ids);
  }

  private List<AttentionProblem> problems() {
    List<AttentionProblem> problems = new ArrayList<>();
    for (DType dtype : dtypes) {
      for (int headDim : headDims.values()) {
        AttentionShape shape = new AttentionShape(1, TOKENS, TOKENS, HEADS, HEADS, headDim);
        problems.add(AttentionProblem.plain(shape, dtype));
      }
    }
    return problems;
  }

  private static long kernels(DeviceGroup group, List<AttentionProblem> problems) {
    return group.devices().stream()
        .flatMap(device -> device.kernelChoice().stream())
        .flatMap(choice -> problems.stream().map(choice::candidates))
        .mapToLong(List::size)
        .sum();
  }

  private static String text(List<Finding> findings) {
    if (findings.isEmpty()) {
      return "nothing to choose: these devices have one kernel each";
    }
    TextTable table =
        new TextTable()
            .left("device")
            .left("dtype")
            .right("D")
            .left("kernel")
            .right("GFLOP/s")
            .left("");
    findings.forEach(finding -> addRows(table, finding));
    return findings.stream()
        .map(Finding::kept)
        .distinct()
        .collect(Collectors.joining(", ", table.render() + "\nkept in ", ""));
  }

  private static void addRows(TextTable table, Finding finding) {
    Speed fastest = finding.speeds().getFirst();
    for (Speed speed : finding.speeds()) {
      table.row(
          List.of(
              finding.device(),
              finding.dtype(),
              String.valueOf(finding.headDim()),
              speed.kernel(),
              Units.significant(speed.gflopsPerSecond()),
              speed == fastest ? "taken" : ""));
    }
  }
}
