package io.ringflash.experiment.bench;

import io.ringflash.experiment.VerificationReport;

/** Hears how a sweep goes. */
public interface BenchListener {
  /** The next case is set up. */
  default void begins(BenchCase benchCase) {}

  /** A case was verified and timed. */
  default void measured(Measurement measurement) {}

  /** A case's result is not accurate enough: it was not timed. */
  default void wrong(BenchCase benchCase, VerificationReport verification) {}

  /** A case could not be computed. */
  default void failed(BenchCase benchCase, String message) {}

  /** The case is done with, one way or another. */
  default void ends(BenchCase benchCase) {}
}
