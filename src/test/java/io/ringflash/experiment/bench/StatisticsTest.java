package io.ringflash.experiment.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.experiment.bench.Statistics.Interval;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  /** Published ranks of the 95 % interval of a median: 2 and 9 of 10, 6 and 15 of 20. */
  @Test
  void theMediansIntervalIsBetweenThePublishedRanks() {
    assertThat(Statistics.medianInterval(oneTo(10))).isEqualTo(new Interval(2, 9));
    assertThat(Statistics.medianInterval(oneTo(20))).isEqualTo(new Interval(6, 15));
    assertThat(Statistics.medianInterval(oneTo(6))).isEqualTo(new Interval(1, 6));
  }

  @Test
  void fewSamplesHaveTheirWholeRange() {
    assertThat(Statistics.medianInterval(new double[] {3, 1, 2})).isEqualTo(new Interval(1, 3));
    assertThat(Statistics.medianInterval(new double[] {5})).isEqualTo(new Interval(5, 5));
  }

  @Test
  void anOutlierMovesNeitherMedianNorInterval() {
    double[] samples = oneTo(10);
    samples[9] = 1000;
    assertThat(Statistics.median(samples)).isEqualTo(5.5);
    assertThat(Statistics.medianInterval(samples)).isEqualTo(new Interval(2, 9));
  }

  @Test
  void theNearestSampleIsFoundByItsValue() {
    assertThat(Statistics.nearestToMedian(new double[] {9, 1, 4, 5, 8})).isEqualTo(3);
  }

  @Test
  void likeSamplesAreNoDifferenceAndUnlikeOnesAre() {
    double[] samples = oneTo(10);
    double[] slower = IntStream.range(0, 10).mapToDouble(i -> samples[i] + 20).toArray();
    assertThat(Statistics.pValue(samples, samples)).isGreaterThan(0.9);
    assertThat(Statistics.pValue(samples, slower)).isLessThan(0.001);
  }

  private static double[] oneTo(int n) {
    return IntStream.rangeClosed(1, n).mapToDouble(i -> i).toArray();
  }
}
