package io.ringflash.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.ringflash.AttentionResult;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.NaiveAttention;
import io.ringflash.attention.Oracle;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The accuracy rule: against the FP64 oracle, an error of at most twice that of naive attention in
 * the same storage type, plus 1e-5 for FP32. Rounding once to the storage type cannot be avoided,
 * so half a unit in the last place of the oracle's own value is allowed, too.
 */
final class AccuracyCheck {
  /**
   * Rows of larger cases are sampled, so that the oracle does at most about this much work. A
   * sample may not have the rows in which naive attention is at its worst: a result that it does
   * not vouch for is held against all rows.
   */
  private static final double MAX_WORK = 6e6;

  private static final double FP32_ALLOWANCE = 1e-5;

  private final CaseData data;
  private final AttentionProblem problem;
  private final AttentionResult result;
  private final Oracle oracle;
  private final NaiveAttention naive;
  private @Nullable NaiveErrors ofAllRows;

  /** The largest errors of naive attention. */
  private record NaiveErrors(double out, double lse) {
    static NaiveErrors of(Collection<Comparison> comparisons) {
      return new NaiveErrors(
          comparisons.stream().mapToDouble(Comparison::naiveOutError).reduce(0, Math::max),
          comparisons.stream().mapToDouble(Comparison::naiveLseError).reduce(0, Math::max));
    }
  }

  private record Row(int batch, int head, long query, boolean joint) {}

  /** What a row should be, what it is, and what naive attention makes of it. */
  private record Comparison(
      Row row,
      double[] expected,
      double expectedLse,
      float[] actual,
      float actualLse,
      float[] naive,
      float naiveLse) {
    double naiveOutError() {
      double error = 0;
      for (int d = 0; d < expected.length; d++) {
        error = Math.max(error, Math.abs(naive[d] - expected[d]));
      }
      return error;
    }

    double naiveLseError() {
      return expectedLse == Double.NEGATIVE_INFINITY ? 0 : Math.abs(naiveLse - expectedLse);
    }
  }

  AccuracyCheck(CaseData data, AttentionResult result) {
    this.data = data;
    this.problem = data.problem();
    this.result = result;
    this.oracle = new Oracle(problem, data.inputs());
    this.naive = new NaiveAttention(problem, data.inputs());
  }

  void run() {
    List<Comparison> comparisons = compare(sample());
    NaiveErrors errors = NaiveErrors.of(comparisons);
    for (Comparison comparison : comparisons) {
      checkOut(comparison, errors.out());
      checkLse(comparison, errors.lse());
    }
  }

  private List<Comparison> compare(Collection<Row> rows) {
    return rows.parallelStream().filter(this::isHere).map(this::compare).toList();
  }

  private NaiveErrors ofAllRows() {
    NaiveErrors known = ofAllRows;
    if (known == null) {
      known = NaiveErrors.of(compare(rows()));
      ofAllRows = known;
    }
    return known;
  }

  /** Of several processes, each has the rows of its own ranks. */
  private boolean isHere(Row row) {
    return result.queries().stream()
        .anyMatch(slice -> slice.joint() == row.joint() && slice.contains(row.query()));
  }

  private Comparison compare(Row row) {
    int headDim = problem.shape().headDim();
    double[] expected = new double[headDim];
    float[] naiveOut = new float[headDim];
    double lse;
    float naiveLse;
    if (row.joint()) {
      lse = oracle.jointRow(row.batch(), row.head(), row.query(), expected);
      naiveLse = naive.jointRow(row.batch(), row.head(), row.query(), naiveOut);
    } else {
      lse = oracle.row(row.batch(), row.head(), row.query(), expected);
      naiveLse = naive.row(row.batch(), row.head(), row.query(), naiveOut);
    }
    return new Comparison(row, expected, lse, actual(row), actualLse(row), naiveOut, naiveLse);
  }

  private void checkOut(Comparison comparison, double naiveError) {
    for (int d = 0; d < comparison.expected().length; d++) {
      if (!isNear(comparison, d, naiveError) && !isNear(comparison, d, ofAllRows().out())) {
        // Asserting each element would take longer than computing it.
        fail(
            "out of %s, element %d: should be %s but is %s, naive error %.2e",
            comparison.row(),
            d,
            comparison.expected()[d],
            comparison.actual()[d],
            ofAllRows().out());
      }
    }
  }

  private boolean isNear(Comparison comparison, int d, double naiveError) {
    double allowance = problem.dtype() == DType.FP32 ? FP32_ALLOWANCE : 0;
    double expected = comparison.expected()[d];
    double bound = Math.max(2 * naiveError + allowance, halfUlp(problem.dtype(), (float) expected));
    return Math.abs(comparison.actual()[d] - expected) <= bound;
  }

  private void checkLse(Comparison comparison, double naiveError) {
    if (comparison.expectedLse() == Double.NEGATIVE_INFINITY) {
      assertThat(comparison.actualLse())
          .as("lse of %s", comparison.row())
          .isEqualTo(Float.NEGATIVE_INFINITY);
      assertThat(comparison.actual()).containsOnly(0f);
    } else if (!isNear(comparison, naiveError)) {
      assertThat(isNear(comparison, ofAllRows().lse()))
          .as(
              "lse of %s: should be %s but is %s, naive error %.2e",
              comparison.row(), comparison.expectedLse(), comparison.actualLse(), ofAllRows().lse())
          .isTrue();
    }
  }

  private static boolean isNear(Comparison comparison, double naiveError) {
    double error = Math.abs(comparison.actualLse() - comparison.expectedLse());
    return error <= 2 * naiveError + FP32_ALLOWANCE;
  }

  private float[] actual(Row row) {
    Tensor out = row.joint() ? result.jointOut().orElseThrow() : result.out();
    float[] values = new float[problem.shape().headDim()];
    for (int d = 0; d < values.length; d++) {
      values[d] = out.get(row.batch(), row.query(), row.head(), d);
    }
    return values;
  }

  private float actualLse(Row row) {
    Tensor lse = row.joint() ? result.jointLse().orElseThrow() : result.lse().orElseThrow();
    return lse.get(row.batch(), row.head(), row.query());
  }

  private List<Row> rows() {
    AttentionShape shape = problem.shape();
    List<Row> all = new ArrayList<>();
    for (int b = 0; b < shape.batch(); b++) {
      for (int h = 0; h < shape.heads(); h++) {
        for (long i = 0; i < shape.seqLenQ(); i++) {
          all.add(new Row(b, h, i, false));
        }
        for (long i = 0; i < data.inputs().jointQueries(); i++) {
          all.add(new Row(b, h, i, true));
        }
      }
    }
    return all;
  }

  /** All rows, or some that always have the first and the last. */
  private Collection<Row> sample() {
    List<Row> all = rows();
    AttentionShape shape = problem.shape();
    double workPerRow = (double) (shape.seqLenK() + data.inputs().jointKeys()) * shape.headDim();
    int count = (int) Math.clamp(MAX_WORK / Math.max(1, workPerRow), 8, all.size() + 8);
    if (all.size() <= count) {
      return all;
    }
    Random random = new Random(all.size());
    List<Row> sample = new ArrayList<>(List.of(all.getFirst(), all.getLast()));
    for (int i = 2; i < count; i++) {
      sample.add(all.get(random.nextInt(all.size())));
    }
    return sample;
  }

  private static double halfUlp(DType dtype, float value) {
    return switch (dtype) {
      case FP32 -> Math.ulp(value) * 0.5;
      // 2^-14 is the smallest normal number; below it units in the last place stop shrinking.
      case FP16 -> Math.ulp(Math.max(Math.abs(value), 0x1p-14f)) * 0x1p13 * 0.5;
      case BF16 -> Math.ulp(value) * 0x1p16 * 0.5;
    };
  }
}
