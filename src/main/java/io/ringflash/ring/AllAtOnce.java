package io.ringflash.ring;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.StopSignal.StoppedException;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures devices while all of them are busy, as in a run, and with a run's watch over them: who
 * fails is named, and who does not come back is left behind.
 */
final class AllAtOnce {
  private final DeviceGroup group;
  private final int firstRank;
  private final Scheduler scheduler;

  /**
   * @param firstRank rank of the group's first device
   */
  AllAtOnce(DeviceGroup group, int firstRank, Scheduler scheduler) {
    this.group = group;
    this.firstRank = firstRank;
    this.scheduler = scheduler;
  }

  /** What is done on each device. */
  @FunctionalInterface
  interface Measurement {
    /**
     * Frees whatever it takes, also when it fails.
     *
     * @param device its index in the group
     * @param clock hears what the device begins
     * @param others where devices wait for each other
     */
    void of(int device, RankClock clock, Rendezvous others);
  }

  /**
   * Measures all devices.
   *
   * @throws IllegalArgumentException if one of them refuses
   * @throws RingException if one of them fails
   * @throws StoppedException if the calling thread was interrupted
   */
  void run(Measurement measurement) {
    RunControl control = new RunControl(scheduler::signal);
    Rendezvous others = new Rendezvous(group.size(), scheduler);
    List<Work> works = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      AttentionDevice device = group.device(i);
      RankWatch watch = new RankWatch(control);
      RankClock clock =
          new RankClock(watch, Pace.planned(device.info()), scheduler, scheduler.nanoTime());
      int index = i;
      works.add(new Work(firstRank + i, device, watch, () -> measurement.of(index, clock, others)));
    }
    new RankThreads(group, scheduler).run(works, works.size(), control);
  }

  private record Work(int rank, AttentionDevice device, RankWatch watch, Runnable body)
      implements RankWork {
    @Override
    public void run() {
      body.run();
    }

    /** It is before the ring's first step. */
    @Override
    public RuntimeException failure(Throwable cause) {
      return cause instanceof IllegalArgumentException refusal
          ? refusal
          : new RingException(rank, device.info().id(), 0, cause);
    }
  }
}
