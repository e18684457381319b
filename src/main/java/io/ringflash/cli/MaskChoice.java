package io.ringflash.cli;

import io.ringflash.attention.AttentionMask;
import io.ringflash.experiment.bench.MaskText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code --mask} and {@code --causal}, its short form, say together. */
final class MaskChoice {
  private MaskChoice() {}

  /**
   * @param list value of {@code --mask}, null if it is not given
   * @param causal whether {@code --causal} is given
   * @param otherwise what neither of them means
   * @throws IllegalArgumentException if both are given or the list holds something else than masks
   */
  static List<AttentionMask> of(
      @Nullable String list, boolean causal, List<AttentionMask> otherwise) {
    if (causal && list != null) {
      throw new IllegalArgumentException("--causal should come without --mask");
    }
    if (causal) {
      return List.of(AttentionMask.CAUSAL);
    }
    return list == null ? otherwise : MaskText.parseList(list);
  }
}
