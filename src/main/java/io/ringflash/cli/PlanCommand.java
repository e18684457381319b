package io.ringflash.cli;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionShape;
import io.ringflash.experiment.bench.SavedRun;
import io.ringflash.experiment.plan.Calibration;
import io.ringflash.experiment.plan.CalibrationReport;
import io.ringflash.experiment.plan.CalibrationText;
import io.ringflash.experiment.plan.PlanReport;
import io.ringflash.experiment.plan.PlanText;
import io.ringflash.experiment.plan.Planner;
import io.ringflash.experiment.plan.SharedComputer;
import io.ringflash.experiment.plan.Workload;
import io.ringflash.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringflash plan}. */
@Command(
    name = "plan",
    header = "Predict time, memory and efficiency of a machine before anyone buys it.",
    description = {
      "Plays the ring through on a machine that is described or known by a profile, with every",
      "sharding and exchange. --calibrate fits the constants of the simulation to saved runs and",
      "prints how far its predictions are off."
    })
final class PlanCommand implements Runnable {
  /** The other options describe what is planned. */
  private static final Set<String> OF_CALIBRATIONS =
      Set.of("--calibrate", "--against", "--shared-cores", "--network", "--json", "--quiet");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--shape",
      paramLabel = "SHAPE",
      description = "Of one layer: B,S,H,D[,KVH[,SK]] (default: 1,65536,32,128,8).")
  private AttentionShape shape = new AttentionShape(1, 65_536, 65_536, 32, 8, 128);

  @Option(
      names = "--mask",
      paramLabel = "MASK",
      description = "full, causal, window:L:R or causal+window:L:R (default: full).")
  private @Nullable String mask;

  @Option(names = "--causal", description = "The same as --mask causal.")
  private boolean causal;

  @Option(
      names = "--joint",
      paramLabel = "N",
      description = "Joint keys and values, which every query sees (default: 0).")
  private int joint;

  @Option(names = "--dtype", paramLabel = "NAME", description = "fp32, fp16, bf16 (default: fp16).")
  private DType dtype = DType.FP16;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private MachineOptions machine;

  @Option(
      names = "--calibrate",
      paramLabel = "RESULTS",
      split = ",",
      description = "Saved runs to fit the simulation's constants to.")
  private List<Path> calibrate = List.of();

  @Option(
      names = "--against",
      paramLabel = "RESULTS",
      split = ",",
      description = "Saved runs that --calibrate predicts without fitting to them.")
  private List<Path> against = List.of();

  @Option(
      names = "--shared-cores",
      paramLabel = "N",
      description = {
        "The processes of the saved runs shared a computer of N cores; --network says what limits",
        "their exchange beside the cores."
      })
  private @Nullable Integer sharedCores;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private JsonOption json;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private ConsoleOptions console;

  @Override
  public void run() {
    if (!calibrate.isEmpty()) {
      calibrate();
    } else if (!against.isEmpty() || sharedCores != null) {
      throw new IllegalArgumentException(
          "--against and --shared-cores should come with --calibrate");
    } else {
      plan();
    }
  }

  private void plan() {
    Planner planner = new Planner(new Workload(shape, mask(), dtype, joint), machine.machine());
    try (ConsoleProgress progress = console.progress("plan")) {
      progress.expect(planner.choices() + 1);
      PlanReport report = planner.plan(progress);
      progress.close();
      json.print(report, () -> PlanText.render(report));
    }
  }

  private AttentionMask mask() {
    List<AttentionMask> masks = MaskChoice.of(mask, causal, List.of(AttentionMask.NONE));
    if (masks.size() > 1) {
      throw new IllegalArgumentException("--mask should be one mask but got '%s'".formatted(mask));
    }
    return masks.getFirst();
  }

  private static List<SavedRun> load(List<Path> paths) {
    return paths.stream().map(SavedRun::load).toList();
  }

  private @Nullable SharedComputer computer() {
    return sharedCores == null
        ? null
        : new SharedComputer(sharedCores, machine.networkBytesPerSecond());
  }

  private void requireNothingPlanned() {
    List<String> planned =
        spec.commandLine().getParseResult().matchedOptions().stream()
            .map(OptionSpec::longestName)
            .filter(name -> !OF_CALIBRATIONS.contains(name))
            .toList();
    if (!planned.isEmpty()) {
      throw new IllegalArgumentException(
          "--calibrate should come without " + String.join(", ", planned));
    }
    if (machine.hasNetwork() && sharedCores == null) {
      throw new IllegalArgumentException(
          "with --calibrate --network should come with --shared-cores");
    }
  }

  private void calibrate() {
    requireNothingPlanned();
    Calibration calibration =
        Calibration.of(load(calibrate), load(against), computer())
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "a calibration should have at least %d measurements of one kernel, storage type"
                            .formatted(Calibration.FEWEST)
                        + " and head dimension but got fewer of each"));
    try (ConsoleProgress progress = console.progress("calibrate")) {
      progress.expect(calibration.groups());
      CalibrationReport report = calibration.fit(progress);
      progress.close();
      json.print(report, () -> CalibrationText.render(report));
    }
  }
}
