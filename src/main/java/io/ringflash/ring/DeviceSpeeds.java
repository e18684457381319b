package io.ringflash.ring;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.ring.AllAtOnce.Measurement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/**
 * Measures how fast each device of a group is, all of them busy at once as in a run.
 *
 * <p>What keeps a CPU busy is over on a GPU before it has begun: each device is given a problem
 * that takes it some time.
 */
public final class DeviceSpeeds {
  /** A fold that takes this long says more about the device than about launching it. */
  private static final double LONG_ENOUGH_SECONDS = 5e-3;

  private static final double LEAST_SHARE = 1.0 / 32;
  private static final double MEASURED_SECONDS = 0.15;
  private static final int REPETITIONS = 5;
  private static final int FEWEST_TOKENS = 1024;
  private static final int MOST_TOKENS = 16384;
  private static final int MAX_HEADS = 4;

  private DeviceSpeeds() {}

  /**
   * Pairs of a query and a key that each device takes per second, on a problem with the head
   * dimension and storage type of {@code problem}.
   *
   * @param firstRank rank of the group's first device
   * @param scheduler runs the ranks
   * @throws IllegalArgumentException if a device has no such kernel
   * @throws RingException if a device fails
   * @throws StoppedException if the calling thread was interrupted
   */
  public static double[] measure(
      DeviceGroup group,
      int firstRank,
      Scheduler scheduler,
      AttentionProblem problem,
      AttnType attnType) {
    double[] speeds = new double[group.size()];
    new AllAtOnce(group, firstRank, scheduler)
        .run(
            new Measurement<SpeedProbe>() {
              @Override
              public SpeedProbe open(int index, RankClock clock) {
                return longEnough(group.device(index), clock, problem, attnType);
              }

              @Override
              public void measure(int index, SpeedProbe probe, RankClock clock, Rendezvous others) {
                others.meet(clock.watch());
                speeds[index] = probe.pairs() / medianSeconds(probe, MEASURED_SECONDS);
              }
            });
    return speeds;
  }

  /**
   * The speeds of those devices that are worth a share, and 0 for the others: a device with less
   * than 1/32 of all speed takes 3% off the others at most, and holds them up by more than that if
   * it turns out slower than it was while they moved nothing, as a CPU does that copies for GPUs.
   */
  public static double[] worthwhile(double[] speeds) {
    double least = Arrays.stream(speeds).sum() * LEAST_SHARE;
    return Arrays.stream(speeds).map(speed -> speed < least ? 0 : speed).toArray();
  }

  private static SpeedProbe longEnough(
      AttentionDevice device, RankClock clock, AttentionProblem problem, AttnType attnType) {
    int heads = Math.min(MAX_HEADS, problem.shape().heads());
    int tokens = FEWEST_TOKENS;
    while (true) {
      SpeedProbe probe = new SpeedProbe(device, clock, problem, attnType, tokens, heads);
      try {
        if (tokens == MOST_TOKENS || medianSeconds(probe, 0) >= LONG_ENOUGH_SECONDS) {
          return probe;
        }
      } catch (Throwable e) {
        probe.close();
        throw e;
      }
      probe.close();
      tokens *= 2;
    }
  }

  /**
   * Of at least {@value #REPETITIONS} folds, and of as many as {@code duration} holds. Whatever the
   * ring's time is, a device's speed is that of the machine.
   */
  private static double medianSeconds(SpeedProbe probe, double duration) {
    probe.fold();
    List<Double> seconds = new ArrayList<>();
    long begin = System.nanoTime();
    while (seconds.size() < REPETITIONS || (System.nanoTime() - begin) * 1e-9 < duration) {
      long start = System.nanoTime();
      probe.fold();
      seconds.add((System.nanoTime() - start) * 1e-9);
    }
    return new Median().evaluate(seconds.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
