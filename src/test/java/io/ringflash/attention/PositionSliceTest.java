package io.ringflash.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PositionSliceTest {
  @Test
  void knowsTheIndicesOfItsTokens() {
    PositionSlice slice = PositionSlice.strided(2, 4, 3);
    assertThat(slice.index(0)).isEqualTo(2);
    assertThat(slice.index(3)).isEqualTo(11);
    assertThat(slice.lastIndex()).isEqualTo(11);
  }

  @Test
  void partsKeepStrideAndKind() {
    assertThat(PositionSlice.strided(2, 4, 3).sub(1, 2)).isEqualTo(PositionSlice.strided(5, 2, 3));
    assertThat(PositionSlice.joint(4, 9).sub(2, 3)).isEqualTo(PositionSlice.joint(6, 3));
  }

  @Test
  void noTwoTokensShareAnIdentity() {
    assertThat(PositionSlice.contiguous(5, 2).identity(1)).isEqualTo(6);
    assertThat(PositionSlice.joint(5, 2).identity(1)).isEqualTo(Integer.MIN_VALUE + 6);
    assertThat(PositionSlice.contiguous(AttentionShape.MAX_SEQ_LEN - 1, 1).identity(0))
        .isNotNegative();
  }

  @Test
  void refusesWhatIsNoSlice() {
    assertThatThrownBy(() -> PositionSlice.contiguous(-1, 3)).hasMessageEndingWith("got -1, 3, 1");
    assertThatThrownBy(() -> PositionSlice.contiguous(0, -3)).hasMessageEndingWith("got 0, -3, 1");
    assertThatThrownBy(() -> PositionSlice.strided(0, 3, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a slice should have start and length of at least 0 and stride of at least 1 but got"
                + " 0, 3, 0");
  }
}
