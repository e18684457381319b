package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.attention.PositionSlice;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenRunTest {
  private static final PositionSlice FIRST = PositionSlice.contiguous(0, 10);
  private static final PositionSlice LAST = PositionSlice.contiguous(30, 10);

  @Test
  void equalTensorsAreOneRun() {
    List<PositionSlice> both = List.of(FIRST, PositionSlice.contiguous(20, 0), LAST);
    assertThat(TokenRun.between(both, both, 3)).containsExactly(new TokenRun(0, 0, 60));
  }

  @Test
  void aPartIsARunForEachBatchEntry() {
    assertThat(TokenRun.between(List.of(FIRST, LAST), List.of(LAST.sub(2, 5)), 2))
        .containsExactly(new TokenRun(12, 0, 5), new TokenRun(32, 5, 5));
  }

  @Test
  void neighboursInBothAreOneRun() {
    assertThat(TokenRun.between(List.of(FIRST, LAST), List.of(FIRST.sub(6, 4), LAST), 1))
        .containsExactly(new TokenRun(6, 0, 14));
    assertThat(TokenRun.between(List.of(FIRST, LAST), List.of(FIRST, LAST.sub(1, 9)), 1))
        .containsExactly(new TokenRun(0, 0, 10), new TokenRun(11, 10, 9));
  }

  @Test
  void everyTokenComesFromWhereItIs() {
    List<PositionSlice> source =
        List.of(PositionSlice.strided(1, 20, 3), PositionSlice.strided(2, 7, 3));
    List<PositionSlice> target = List.of(source.get(0).sub(4, 9), source.get(1).sub(1, 6));
    for (TokenRun run : TokenRun.between(source, target, 2)) {
      for (long i = 0; i < run.count(); i++) {
        assertThat(index(target, run.to() + i)).isEqualTo(index(source, run.from() + i));
      }
    }
  }

  @Test
  void tokensThatAreNotThereAreRefused() {
    assertThatThrownBy(() -> TokenRun.between(List.of(FIRST), List.of(LAST), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("start=30");
  }

  /** Which token is in some place of a tensor of two batch entries. */
  private static List<Long> index(List<PositionSlice> slices, long place) {
    long tokens = slices.stream().mapToLong(PositionSlice::length).sum();
    long left = place % tokens;
    for (PositionSlice slice : slices) {
      if (left < slice.length()) {
        return List.of(place / tokens, slice.index(left));
      }
      left -= slice.length();
    }
    throw new IllegalStateException();
  }
}
