package io.ringflash.attention;

/** The scalar form of the score rule, for code that visits one (query, key) pair at a time. */
public final class ScoreRule {
  private ScoreRule() {}

  /** {@code c·tanh(score / c)}, or the score itself when there is no cap. */
  public static float capped(float score, float softcap) {
    return softcap > 0 ? softcap * (float) Math.tanh(score / softcap) : score;
  }
}
