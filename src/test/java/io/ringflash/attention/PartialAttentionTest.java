package io.ringflash.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One row's state, by hand. */
class PartialAttentionTest {
  private static final float NO_KEY = Float.NEGATIVE_INFINITY;
  private static final float INFINITE = Float.POSITIVE_INFINITY;

  private final Arena arena = Arena.ofAuto();
  private final PartialAttention state = new PartialAttention(arena, 1, 1, 1, 2);

  @Test
  void startsEmpty() {
    assertThat(state.max(0)).isEqualTo(NO_KEY);
    assertThat(state.sum(0)).isZero();
    requireFinished(NO_KEY, 0, 0);
  }

  @Test
  void noKeyAndNoKeyAreNoKey() {
    merge(NO_KEY, 5, 6);
    merge(NO_KEY, 7, 8);
    requireFinished(NO_KEY, 0, 0);
  }

  @Test
  void noKeyChangesNothing() {
    merge(NO_KEY, Float.NaN, 6);
    merge(1.5f, 3, 4);
    merge(NO_KEY, Float.NaN, INFINITE);
    requireFinished(1.5f, 3, 4);
  }

  @Test
  void equalLseWeighTheSame() {
    merge(1, 2, 0);
    merge(1, 4, 1);
    requireFinished(1 + (float) Math.log(2), 3, 0.5f);
  }

  /** exp(1000) and exp(−1000) exist in no floating-point type. */
  @Test
  void farLseNeitherOverflowNorVanish() {
    merge(1000, 2, 0);
    merge(1000, 4, 1);
    requireFinished(1000 + (float) Math.log(2), 3, 0.5f);
    PartialAttention low = new PartialAttention(arena, 1, 1, 1, 2);
    merge(low, -1000, 2, 0);
    merge(low, -1000, 4, 1);
    requireFinished(low, -1000 + (float) Math.log(2), 3, 0.5f);
  }

  @Test
  void theLargerOfFarLseWinsInEitherOrder() {
    merge(-1000, 2, 0);
    merge(1000, 4, 1);
    requireFinished(1000, 4, 1);
    PartialAttention other = new PartialAttention(arena, 1, 1, 1, 2);
    merge(other, 1000, 4, 1);
    merge(other, -1000, 2, 0);
    requireFinished(other, 1000, 4, 1);
  }

  @Test
  void infiniteLseWinsInEitherOrder() {
    merge(3, 2, 0);
    merge(INFINITE, 4, 1);
    requireFinished(INFINITE, 4, 1);
    PartialAttention other = new PartialAttention(arena, 1, 1, 1, 2);
    merge(other, INFINITE, 4, 1);
    merge(other, 3, 2, 0);
    requireFinished(other, INFINITE, 4, 1);
  }

  @Test
  void twoInfiniteLseWeighTheSame() {
    merge(INFINITE, 2, 0);
    merge(INFINITE, 4, 1);
    requireFinished(INFINITE, 3, 0.5f);
  }

  @Test
  void nanStays() {
    for (float first : List.of(NO_KEY, -3f, INFINITE)) {
      PartialAttention row = new PartialAttention(arena, 1, 1, 1, 2);
      merge(row, first, 1, 1);
      merge(row, Float.NaN, 1, 1);
      merge(row, 2, 1, 1);
      merge(row, NO_KEY, 1, 1);
      requireFinished(row, Float.NaN, Float.NaN, Float.NaN);
    }
  }

  @Test
  void rowsDoNotTouchEachOther() {
    PartialAttention rows = new PartialAttention(arena, 2, 3, 4, 2);
    long row = rows.row(1, 2, 3);
    assertThat(row).isEqualTo(23);
    rows.mergeRow(row, new float[] {9, 1, 2}, 1, 0.5f, 2);
    assertThat(rows.max(row)).isEqualTo(0.5f);
    assertThat(rows.sum(row)).isEqualTo(2);
    for (long other = 0; other < row; other++) {
      assertThat(rows.max(other)).isEqualTo(NO_KEY);
      assertThat(rows.sum(other)).isZero();
    }
  }

  @Test
  void givesBackWhatItKeeps() {
    PartialAttention rows = new PartialAttention(arena, 1, 1, 3, 2);
    rows.set(1, 4, 5);
    rows.storeAccumulator(1, new float[] {0, 6, 7}, 1);
    float[] target = new float[4];
    rows.loadAccumulator(1, target, 2);
    assertThat(target).containsExactly(0, 0, 6, 7);
    assertThat(rows.max(1)).isEqualTo(4);
    assertThat(rows.sum(1)).isEqualTo(5);
  }

  @Test
  void givesBackRowsTogether() {
    PartialAttention rows = new PartialAttention(arena, 1, 1, 4, 2);
    for (int stride : new int[] {2, 3}) {
      float[] maxima = {0, 4, -1, 0};
      float[] sums = {0, 5, 0, 0};
      float[] accumulators = new float[4 * stride];
      accumulators[stride] = 6;
      accumulators[stride + 1] = 7;
      accumulators[2 * stride] = 8;
      rows.storeRows(2, 2, maxima, sums, accumulators, 1, stride);
      assertThat(rows.max(1)).isEqualTo(NO_KEY);
      assertThat(rows.sum(2)).isEqualTo(5);
      float[] loadedMaxima = new float[3];
      float[] loadedSums = new float[3];
      float[] loaded = new float[3 * stride];
      Arrays.fill(loaded, 9);
      rows.loadRows(2, 2, loadedMaxima, loadedSums, loaded, 1, stride);
      assertThat(loadedMaxima).containsExactly(0, 4, -1);
      assertThat(loadedSums).containsExactly(0, 5, 0);
      assertThat(Arrays.copyOfRange(loaded, stride, stride + 2)).containsExactly(6, 7);
      // An empty row's accumulator is undefined and stands for zeros.
      assertThat(Arrays.copyOfRange(loaded, 2 * stride, 2 * stride + 2)).containsExactly(0, 0);
      assertThat(loaded[0]).isEqualTo(9);
    }
  }

  /** out is divided in FP32; whoever writes it rounds. */
  @Test
  void dividesBySum() {
    float[] out = new float[2];
    state.mergeRow(0, new float[] {1, 2}, 0, 0, 3);
    assertThat(state.finishRow(0, out)).isEqualTo((float) Math.log(3));
    assertThat(out).containsExactly(1f / 3, 2f / 3);
  }

  /** The sign of a zero would otherwise tell how many blocks were folded in. */
  @Test
  void zerosArePositive() {
    merge(0, -0.0f, -0.0f);
    requireFinished(0, 0, 0);
  }

  private void merge(float lse, float out0, float out1) {
    merge(state, lse, out0, out1);
  }

  private void merge(PartialAttention target, float lse, float out0, float out1) {
    Tensor out = Tensor.allocate(arena, DType.FP32, 1, 1, 1, 2);
    out.set(out0, 0, 0, 0, 0);
    out.set(out1, 0, 0, 0, 1);
    Tensor lses = Tensor.allocate(arena, DType.FP32, 1, 1, 1);
    lses.set(lse, 0, 0, 0);
    target.merge(out, lses, 0);
  }

  private void requireFinished(float lse, float out0, float out1) {
    requireFinished(state, lse, out0, out1);
  }

  private void requireFinished(PartialAttention row, float lse, float out0, float out1) {
    float[] out = new float[2];
    float actual = row.finishRow(0, out);
    // Boxed: NaN equals NaN.
    assertThat(actual).isEqualTo(Float.valueOf(lse));
    assertThat(out).containsExactly(out0, out1);
  }
}
