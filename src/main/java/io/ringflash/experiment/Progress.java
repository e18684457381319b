package io.ringflash.experiment;

/** Hears how far long work has come. Called from any thread. */
@FunctionalInterface
public interface Progress {
  /** For work that nobody watches. */
  Progress NONE = units -> {};

  /** So many more units of the work are done. */
  void advance(long units);
}
