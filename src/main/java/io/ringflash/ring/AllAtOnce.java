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

  /**
   * What is measured on each device, of which {@code index} is its index in the group.
   *
   * @param <P> what a device measures with
   */
  interface Measurement<P extends Probe> {
    /**
     * @param clock hears what the device begins
     */
    P open(int index, RankClock clock);

    /**
     * @param others where devices wait for each other
     */
    void measure(int index, P probe, RankClock clock, Rendezvous others);
  }

  /** Holds what a device measures with. */
  interface Probe extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Measures all devices.
   *
   * @throws IllegalArgumentException if one of them refuses
   * @throws RingException if one of them fails
   * @throws StoppedException if the calling thread was interrupted
   */
  void run(Measurement<?> measurement) {
    RunControl control = new RunControl(scheduler::signal);
    Rendezvous others = new Rendezvous(group.size(), scheduler);
    List<Work<?>> works = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      works.add(new Work<>(i, measurement, others, control));
    }
    new RankThreads(group, scheduler).run(works, works.size(), control);
  }

  private final class Work<P extends Probe> implements RankWork {
    private final int index;
    private final Measurement<P> measurement;
    private final Rendezvous others;
    private final RunControl control;
    private final AttentionDevice device;
    private final RankClock clock;

    Work(int index, Measurement<P> measurement, Rendezvous others, RunControl control) {
      this.index = index;
      this.measurement = measurement;
      this.others = others;
      this.control = control;
      this.device = group.device(index);
      this.clock =
          new RankClock(
              new RankWatch(control), Pace.planned(device.info()), scheduler, scheduler.nanoTime());
    }

    @Override
    public int rank() {
      return firstRank + index;
    }

    @Override
    public RankWatch watch() {
      return clock.watch();
    }

    @Override
    public void run() {
      try (P probe = measurement.open(index, clock)) {
        control.tell(this, () -> measurement.measure(index, probe, clock, others));
      }
    }

    /** It is before the ring's first step. */
    @Override
    public RuntimeException failure(Throwable cause) {
      return cause instanceof IllegalArgumentException refusal
          ? refusal
          : new RingException(rank(), device.info().id(), 0, cause);
    }
  }
}
