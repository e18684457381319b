package io.ringflash.engine;

import io.ringflash.attention.AttentionProblem;
import java.util.List;

/** The kernels among which {@link AttnType#AUTO} of a device chooses. */
public interface KernelChoice {
  /** Names of those that fit {@code problem}; the first one is taken. */
  List<String> candidates(AttentionProblem problem);

  /**
   * Takes {@code kernel} for problems of this storage type and head dimension, until the device is
   * closed.
   *
   * @throws IllegalArgumentException if it is not one of the {@link #candidates}
   */
  void take(AttentionProblem problem, String kernel);

  /**
   * Keeps what is taken for {@code problem}, on such a device also in later programs.
   *
   * @return where it is kept
   */
  String keep(AttentionProblem problem);
}
