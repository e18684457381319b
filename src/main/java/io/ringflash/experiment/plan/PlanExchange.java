package io.ringflash.experiment.plan;

import java.util.Locale;

/** How K/V blocks travel in a plan. */
public enum PlanExchange {
  /** Each device takes them from its host's memory; hosts send them to one another. */
  HOST,
  /** Each device takes them from its neighbour, which holds them. */
  PEER;

  /** The name used on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
