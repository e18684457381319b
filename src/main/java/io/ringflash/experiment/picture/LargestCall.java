package io.ringflash.experiment.picture;

import io.ringflash.experiment.bench.Measurement;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which call of a run is worth a timeline. */
final class LargestCall {
  private LargestCall() {}

  /** The longest one of the largest ring whose steps are known. */
  static Optional<Measurement> of(List<Measurement> measurements) {
    return measurements.stream()
        .filter(measurement -> measurement.run() != null)
        .max(
            Comparator.<Measurement>comparingInt(m -> m.record().ranks())
                .thenComparing(m -> m.record().medianMillis()));
  }
}
