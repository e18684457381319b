package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorSummaryTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  @Test
  void twiceTheNaiveErrorIsTheLimit() {
    double allowed = ErrorSummary.of(1, 1.001, 1).allowed(DType.FP32);

    assertThat(allowed).isBetween(0.00200999, 0.00201001);
  }

  @Test
  void roundingTheRightAnswerOnceIsAlwaysAllowed() {
    double exact = 1.00390624; // just below the middle between two BF16 numbers
    double rounded = DType.BF16.round((float) exact);

    assertThat(ErrorSummary.of(rounded, exact, exact).passes(DType.BF16)).isTrue();
    assertThat(ErrorSummary.of(rounded, exact, exact).passes(DType.FP16)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, NaN, NaN, 0",
    "Infinity, NaN, NaN, 0",
    "NaN, 1, 1, 1",
    "1, NaN, NaN, 1",
    "-Infinity, -Infinity, -Infinity, 0",
    "1, 1, -Infinity, 1",
    // FP16 cannot hold it: the naive implementation cannot, either.
    "Infinity, Infinity, 70000, 0",
  })
  void finitenessIsComparedWhereNumbersCannotBe(
      double engine, double naive, double oracle, long unlike) {
    ErrorSummary summary = ErrorSummary.of(engine, naive, oracle);

    assertThat(summary.unlike()).isEqualTo(unlike);
    assertThat(summary.maxError()).isZero();
    assertThat(summary.passes(DType.FP16)).isEqualTo(unlike == 0);
  }

  @Test
  void mergingKeepsTheLargest() {
    ErrorSummary merged =
        ErrorSummary.of(1.5, 1, 1)
            .merge(ErrorSummary.of(2, 3, 2))
            .merge(ErrorSummary.of(INFINITY, 1, 1));

    assertThat(merged).isEqualTo(new ErrorSummary(0.5, 1, 2, 1));
  }
}
