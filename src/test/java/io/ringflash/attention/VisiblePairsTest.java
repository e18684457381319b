package io.ringflash.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisiblePairsTest {
  @ParameterizedTest
  @CsvSource({
    "7, 7, false, -1, -1",
    "7, 7, true, -1, -1",
    "5, 9, true, -1, -1",
    "9, 5, true, -1, -1",
    "8, 8, false, 2, 1",
    "8, 6, true, 0, 3",
    "6, 8, false, -1, 0",
    "0, 4, false, -1, -1"
  })
  void pairsAreThoseThatTheMaskShows(
      int seqLenQ, int seqLenK, boolean causal, long left, long right) {
    AttentionProblem problem = problem(seqLenQ, seqLenK, new AttentionMask(causal, left, right));
    long expected = 0;
    for (int i = 0; i < seqLenQ; i++) {
      for (int j = 0; j < seqLenK; j++) {
        expected += problem.mask().visible(i + problem.queryOffset(), j) ? 1 : 0;
      }
    }

    assertThat(VisiblePairs.ofSlices(problem, List.of(PositionSlice.contiguous(0, seqLenQ))))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 7, 1, 3, 9, 1", "3, 9, 1, 0, 7, 1", "5, 1, 1, 0, 20, 1", "0, 20, 1, 19, 1, 1",
    "1, 6, 3, 0, 7, 3", "0, 7, 3, 2, 6, 3", "0, 12, 1, 1, 4, 3", "1, 4, 3, 0, 12, 1"
  })
  void pairsOfTwoSlicesAreThoseThatTheMaskShows(
      long queryStart, long queries, long queryStride, long keyStart, long keys, long keyStride) {
    PositionSlice querySlice = PositionSlice.strided(queryStart, queries, queryStride);
    PositionSlice keySlice = PositionSlice.strided(keyStart, keys, keyStride);
    for (long offset : new long[] {-4, 0, 5}) {
      for (AttentionMask mask :
          List.of(
              AttentionMask.NONE,
              AttentionMask.CAUSAL,
              new AttentionMask(false, 3, 2),
              new AttentionMask(true, 0, -1),
              new AttentionMask(false, -1, 4))) {
        long expected = 0;
        for (long i = 0; i < queries; i++) {
          for (long j = 0; j < keys; j++) {
            expected += mask.visible(querySlice.index(i) + offset, keySlice.index(j)) ? 1 : 0;
          }
        }
        assertThat(VisiblePairs.between(querySlice, keySlice, mask, offset))
            .as("%s at offset %d", mask, offset)
            .isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2147483647, 1", "1600000000, 1", "268435455, 8"})
  void theLongestSlicesHaveAsManyPairsAsTheyHave(long length, long stride) {
    PositionSlice slice = PositionSlice.strided(3, length, stride);
    long triangle = length * (length + 1) / 2;

    assertThat(VisiblePairs.between(slice, slice, AttentionMask.NONE, 0))
        .isEqualTo(length * length);
    assertThat(VisiblePairs.between(slice, slice, AttentionMask.CAUSAL, 0)).isEqualTo(triangle);
    assertThat(VisiblePairs.between(slice, slice, new AttentionMask(false, -1, stride), 0))
        .isEqualTo(triangle + length - 1);
  }

  @Test
  void slicesOfNothingHaveNoPairs() {
    PositionSlice nothing = PositionSlice.contiguous(0, 0);

    assertThat(VisiblePairs.between(nothing, nothing, AttentionMask.NONE, 0)).isZero();
  }

  @Test
  void jointTokensAreSeenByAll() {
    AttentionProblem problem = problem(6, 6, AttentionMask.CAUSAL);
    AttentionInputs inputs = SmallInputs.of(Arena.ofAuto(), problem, 0, 3);

    assertThat(VisiblePairs.flops(problem, inputs)).isEqualTo(4L * 5 * 2 * (21 + 6 * 3));
  }

  private static AttentionProblem problem(int seqLenQ, int seqLenK, AttentionMask mask) {
    AttentionShape shape = new AttentionShape(1, seqLenQ, seqLenK, 2, 2, 5);
    return new AttentionProblem(shape, DType.FP32, mask, 1, 0, Alibi.NONE, Dropout.NONE);
  }
}
