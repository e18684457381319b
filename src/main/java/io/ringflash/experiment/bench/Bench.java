package io.ringflash.experiment.bench;

import io.ringflash.RingFlashAttention;
import io.ringflash.engine.DevicePeaks;
import io.ringflash.engine.EngineUnavailableException;
import io.ringflash.experiment.VerificationReport;
import io.ringflash.ring.RingException;
import io.ringflash.ring.process.ProcessGroup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Measures the cases of a sweep, one after the other. What fails is told to the listener, and the
 * sweep goes on: its other cases are of use without it. Of several processes, all of which run the
 * same cases, the first one keeps measurements; a failure of one ends them all.
 */
public final class Bench {
  private final RingOpener opener;
  private final Repetition repetition;
  private final BenchListener listener;
  private final ProcessGroup processes;
  private final List<Measurement> measurements;

  /** Opens the devices of a case. */
  @FunctionalInterface
  public interface RingOpener {
    RingFlashAttention open(BenchCase benchCase);
  }

  /**
   * @param earlier measurements of a sweep that was interrupted; their cases are not repeated
   */
  public Bench(
      RingOpener opener,
      Repetition repetition,
      BenchListener listener,
      ProcessGroup processes,
      List<Measurement> earlier) {
    this.opener = opener;
    this.repetition = repetition;
    this.listener = listener;
    this.processes = processes;
    this.measurements = new ArrayList<>(earlier);
  }

  /**
   * Runs what has not been measured yet.
   *
   * @return all measurements, earlier ones included
   * @throws io.ringflash.engine.StopSignal.StoppedException if the calling thread was interrupted
   */
  public List<Measurement> run(List<BenchCase> cases) {
    requireSameEverywhere(cases);
    Set<?> measured = processes.broadcast(HashSet.class, measuredSubjects());
    List<BenchCase> open =
        cases.stream().filter(benchCase -> !measured.contains(benchCase.subject())).toList();
    int next = 0;
    while (next < open.size()) {
      int end = next + 1;
      while (end < open.size() && sharesDevices(open.get(next), open.get(end))) {
        end++;
      }
      measureAll(open.subList(next, end));
      next = end;
    }
    return List.copyOf(measurements);
  }

  private HashSet<String> measuredSubjects() {
    return measurements.stream()
        .map(m -> m.record().subject())
        .collect(Collectors.toCollection(HashSet::new));
  }

  private void requireSameEverywhere(List<BenchCase> cases) {
    String here = cases.toString();
    if (processes.allGather(String.class, here).stream().anyMatch(there -> !there.equals(here))) {
      throw new IllegalArgumentException(
          "processes should measure the same but their devices differ: give --devices and --threads");
    }
  }

  private static boolean sharesDevices(BenchCase first, BenchCase second) {
    return first.ring().equals(second.ring())
        && first.threads() == second.threads()
        && first.exchange().equals(second.exchange());
  }

  private void measureAll(List<BenchCase> cases) {
    RingFlashAttention opened = open(cases);
    if (opened == null) {
      return;
    }
    try (opened) {
      PeakCache peaks = new PeakCache(opened);
      for (BenchCase benchCase : cases) {
        listener.begins(benchCase);
        try {
          Measurement measurement = measure(opened, benchCase, peaks);
          if (measurement != null) {
            measurements.add(measurement);
            listener.measured(measurement);
          }
        } catch (RuntimeException e) {
          failed(benchCase, e);
        }
        listener.ends(benchCase);
      }
    }
  }

  /**
   * @return null if their devices cannot be opened; then all of them have failed
   */
  private @Nullable RingFlashAttention open(List<BenchCase> cases) {
    try {
      return opener.open(cases.getFirst());
    } catch (RuntimeException e) {
      for (BenchCase benchCase : cases) {
        listener.begins(benchCase);
        failed(benchCase, e);
        listener.ends(benchCase);
      }
      return null;
    }
  }

  private void failed(BenchCase benchCase, RuntimeException failure) {
    if (processes.size() > 1 || !concernsItsCaseOnly(failure)) {
      throw failure;
    }
    listener.failed(benchCase, String.valueOf(failure.getMessage()));
  }

  /** What a kernel, its library or its driver lacks, other cases may do without. */
  private static boolean concernsItsCaseOnly(RuntimeException failure) {
    return switch (failure) {
      case RingException _,
          EngineUnavailableException _,
          IllegalArgumentException _,
          IllegalStateException _,
          UnsupportedOperationException _ ->
          true;
      default -> false;
    };
  }

  private @Nullable Measurement measure(
      RingFlashAttention attention, BenchCase benchCase, PeakCache peaks) {
    try (CaseTimer timer = new CaseTimer(attention, benchCase)) {
      VerificationReport verification = timer.verify();
      if (!processes.broadcast(Boolean.class, verification.passed())) {
        listener.wrong(benchCase, verification);
        return null;
      }
      List<CaseTimer.Sample> samples = timer.time(repetition);
      // After the calls: by now the JVM's compilers have time for the probe.
      Optional<DevicePeaks> peak = peaks.of(benchCase.attnType(), timer.problem());
      return processes.isFirst()
          ? new MeasurementBuilder(benchCase, verification, peak).build(samples, measurements)
          : null;
    }
  }
}
