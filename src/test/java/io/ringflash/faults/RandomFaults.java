package io.ringflash.faults;

import io.ringflash.engine.StopSignal;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.CallLog.Event;
import java.util.Random;

/** Calls that fail at random: each device has a seed of its own. */
public final class RandomFaults implements Interference {
  private final VirtualTime time;
  private final double probability;
  private final Random[] ofRank;
  private boolean repaired;

  /**
   * @param seed that the devices' seeds follow from
   * @param probability that a call fails
   */
  public RandomFaults(VirtualTime time, long seed, int ranks, double probability) {
    this.time = time;
    this.probability = probability;
    this.ofRank = new Random[ranks];
    for (int rank = 0; rank < ranks; rank++) {
      ofRank[rank] = new Random(seed * ranks + rank);
    }
  }

  /** From now on nothing fails any more. */
  public void repair() {
    repaired = true;
  }

  @Override
  public void during(Event event, StopSignal stop) {
    time.pause();
    if (!repaired
        && event.call() != Call.CLOSE_DEVICE
        && ofRank[event.rank()].nextDouble() < probability) {
      throw new IllegalStateException("failed at random");
    }
  }
}
