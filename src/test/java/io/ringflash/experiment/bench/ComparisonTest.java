package io.ringflash.experiment.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.experiment.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final SavedRun BEFORE = run("before", Records.measurement(10));

  @Test
  void aSlowdownBeyondChanceAndToleranceIsFound() {
    Comparison comparison = Comparison.of(BEFORE, run("after", Records.measurement(11)));

    assertThat(comparison.slower(0.05)).hasSize(1);
    assertThat(comparison.slower(0.15)).isEmpty();
  }

  @Test
  void aDifferenceWithinTheNoiseIsNone() {
    Comparison comparison = Comparison.of(BEFORE, run("after", Records.measurement(10.01)));

    assertThat(comparison.pairs()).singleElement().matches(pair -> !pair.significant());
    assertThat(comparison.slower(0)).isEmpty();
  }

  @Test
  void aSpeedupIsNoSlowdown() {
    assertThat(Comparison.of(BEFORE, run("after", Records.measurement(5))).slower(0)).isEmpty();
  }

  @Test
  void whatHasNoPartnerIsNamed() {
    Measurement other = Records.measurement(Records.record(1, 2048, 3, null), null);
    SavedRun after = run("after", other, Records.measurement(12));

    Comparison comparison = Comparison.of(BEFORE, after);
    assertThat(comparison.onlyInFirst()).isEmpty();
    assertThat(comparison.onlyInSecond()).containsExactly(other.record().subject());
    Golden.check("comparison.txt", ComparisonText.render(comparison));
  }

  private static SavedRun run(String name, Measurement... measurements) {
    return new SavedRun(name, null, List.of(measurements));
  }
}
