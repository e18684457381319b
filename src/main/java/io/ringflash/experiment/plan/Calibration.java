package io.ringflash.experiment.plan;

import io.ringflash.experiment.Progress;
import io.ringflash.experiment.bench.BenchRecord;
import io.ringflash.experiment.bench.SavedRun;
import io.ringflash.experiment.plan.CalibrationReport.Group;
import io.ringflash.experiment.plan.CalibrationReport.Predicted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.jspecify.annotations.Nullable;

/**
 * Fits the simulation's constants to saved runs, one set for each engine, kernel, storage type and
 * head dimension, and says how far its predictions are off: for the measurements that it was fitted
 * to, and for those that it was not.
 */
public final class Calibration {
  /** Fewer measurements say too little about the constants. */
  public static final int FEWEST = 12;

  /** Parts of the measurements that take turns in being predicted from the others. */
  private static final int PARTS = 4;

  private final Map<String, List<Observation>> groups;
  private final Map<String, List<Observation>> others;

  /** A record and the run that it is from. */
  private record Named(String run, BenchRecord record) {}

  private Calibration(
      List<SavedRun> runs, List<SavedRun> others, @Nullable SharedComputer computer) {
    this.groups = grouped(runs, computer);
    this.others = grouped(others, computer);
    groups.values().removeIf(observations -> observations.size() < FEWEST);
  }

  private static Map<String, List<Observation>> grouped(
      List<SavedRun> runs, @Nullable SharedComputer computer) {
    Map<String, List<Named>> cases = new LinkedHashMap<>();
    for (SavedRun run : runs) {
      run.records().stream()
          .filter(record -> record.kernel() != null)
          .forEach(record ->
              cases
                  .computeIfAbsent(record.subject(), c -> new ArrayList<>())
                  .add(new Named(run.name(), record)));
    }
    Map<String, List<Observation>> groups = new LinkedHashMap<>();
    for (List<Named> repeated : cases.values()) {
      String names = repeated.stream().map(Named::run).distinct().collect(Collectors.joining(", "));
      Observation observation =
          Observation.of(names, repeated.stream().map(Named::record).toList(), computer);
      groups.computeIfAbsent(observation.group(), g -> new ArrayList<>()).add(observation);
    }
    return groups;
  }

  /** Empty if no kernel was measured {@value #FEWEST} times. */
  public static Optional<Calibration> of(List<SavedRun> runs) {
    return of(runs, List.of(), null);
  }

  /**
   * As {@link #of(List)}.
   *
   * @param others runs that the constants are not fitted to, only held against
   * @param computer that the processes of all these runs shared, null if they did not
   */
  public static Optional<Calibration> of(
      List<SavedRun> runs, List<SavedRun> others, @Nullable SharedComputer computer) {
    Calibration calibration = new Calibration(runs, others, computer);
    return calibration.groups.isEmpty() ? Optional.empty() : Optional.of(calibration);
  }

  /** Groups of measurements; they are the progress of {@link #fit}. */
  public int groups() {
    return groups.size();
  }

  /** Fits every group. */
  public CalibrationReport fit(Progress progress) {
    List<Group> fitted = new ArrayList<>();
    List<Predicted> predictions = new ArrayList<>();
    List<Predicted> predictionsOfOthers = new ArrayList<>();
    groups.forEach((name, observations) -> {
      Constants constants = ConstantsFit.of(observations);
      fitted.add(group(name, observations, constants));
      for (int part = 0; part < PARTS; part++) {
        addPart(predictions, observations, part, constants);
      }
      others.getOrDefault(name, List.of()).stream()
          .map(observation -> predicted(observation, constants, constants))
          .forEach(predictionsOfOthers::add);
      progress.advance(1);
    });
    double[] errors = predictions.stream().mapToDouble(p -> Math.abs(p.error())).toArray();
    double[] heldOut = predictions.stream().mapToDouble(p -> Math.abs(p.heldOutError())).toArray();
    return new CalibrationReport(
        fitted,
        predictions,
        predictionsOfOthers,
        median(errors),
        max(errors),
        median(heldOut),
        max(heldOut));
  }

  /** Predicts every {@value #PARTS}-th measurement, also from the others alone. */
  private static void addPart(
      List<Predicted> predictions, List<Observation> all, int part, Constants constants) {
    List<Observation> heldOut = new ArrayList<>();
    List<Observation> others = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      (i % PARTS == part ? heldOut : others).add(all.get(i));
    }
    Constants fromOthers = ConstantsFit.of(others);
    heldOut.forEach(observation -> predictions.add(predicted(observation, constants, fromOthers)));
  }

  private static Group group(String name, List<Observation> observations, Constants constants) {
    Costs costs = constants.costs();
    return new Group(
        name,
        observations.size(),
        costs.flopsPerSecond(),
        costs.edgeKeys(),
        costs.stepSeconds(),
        costs.callSeconds(),
        1 / costs.secondsPerOutputByte(),
        constants.load().bytesPerSecond(),
        observations.getFirst().sharesProcessor() ? costs.crowding() : 1,
        constants.processes());
  }

  private static Predicted predicted(
      Observation observation, Constants constants, Constants fromOthers) {
    double measured = observation.measuredSeconds();
    double predicted = observation.predictedSeconds(constants);
    return new Predicted(
        observation.run(),
        observation.record().subject(),
        measured * 1e3,
        predicted * 1e3,
        predicted / measured - 1,
        observation.relativeError(fromOthers));
  }

  private static double median(double[] values) {
    return new Median().evaluate(values);
  }

  private static double max(double[] values) {
    double max = 0;
    for (double value : values) {
      max = Math.max(max, value);
    }
    return max;
  }
}
