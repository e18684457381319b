package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.KernelChoice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kernels of one device, and which of them it takes for which problems. */
final class TornadoKernelChoice implements KernelChoice {
  private final DeviceInfo device;
  private final TensorCores tensorCores;
  private final KernelPreferences preferences = KernelPreferences.ofUser();

  /** Labels by subject; empty where no kernel was preferred. */
  private final Map<String, Optional<String>> preferred = new HashMap<>();

  TornadoKernelChoice(DeviceInfo device, TensorCores tensorCores) {
    this.device = device;
    this.tensorCores = tensorCores;
  }

  /**
   * The one that is taken for {@code problem}: what is preferred for its subject may not fit it, or
   * be a kernel that an earlier program had; then the usual one.
   */
  synchronized KernelOption option(AttentionProblem problem) {
    List<KernelOption> fitting = fitting(problem);
    return preferred
        .computeIfAbsent(subject(problem), preferences::get)
        .flatMap(label -> named(label, fitting))
        .orElse(fitting.getFirst());
  }

  @Override
  public List<String> candidates(AttentionProblem problem) {
    List<String> labels =
        new ArrayList<>(fitting(problem).stream().map(KernelOption::label).toList());
    String first = option(problem).label();
    labels.remove(first);
    labels.addFirst(first);
    return labels;
  }

  @Override
  public synchronized void take(AttentionProblem problem, String kernel) {
    KernelOption option =
        named(kernel, fitting(problem))
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "kernel of %s should be one of %s but got '%s'"
                        .formatted(device.id(), String.join(", ", candidates(problem)), kernel)));
    preferred.put(subject(problem), Optional.of(option.label()));
  }

  @Override
  public String keep(AttentionProblem problem) {
    return preferences.put(subject(problem), option(problem).label()).toString();
  }

  private List<KernelOption> fitting(AttentionProblem problem) {
    int headDim = problem.shape().headDim();
    return KernelOption.fitting(
        device,
        headDim,
        tensorCores.fitsHopper(problem),
        tensorCores.chosen(AttnType.AUTO, problem.dtype(), headDim));
  }

  private static Optional<KernelOption> named(String label, List<KernelOption> options) {
    return options.stream().filter(option -> option.label().equals(label)).findFirst();
  }

  private String subject(AttentionProblem problem) {
    return "%s, %s, head dimension %d"
        .formatted(device.description(), problem.dtype().label(), problem.shape().headDim());
  }
}
