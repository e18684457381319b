package io.ringflash.ring;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.ring.AllAtOnce.Measurement;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/**
 * How fast blocks reach the devices of a ring, all of them on their way at once.
 *
 * @param host bytes per second that come to a device from host memory
 * @param peer bytes per second that come to a device from the one before it
 * @param blockBytes size of the blocks
 */
record LinkSpeeds(double host, double peer, long blockBytes) {
  private static final int REPETITIONS = 5;

  /** Blocks so many times as large say something new. */
  private static final int GROWTH = 2;

  /**
   * Measures with blocks of {@code job}'s form.
   *
   * @param group all devices of the ring, which reach each other's memory
   * @param scheduler runs the ranks
   * @throws IllegalArgumentException if a device has no kernel for the job
   * @throws RingException if a device fails
   * @throws StoppedException if the calling thread was interrupted
   */
  static LinkSpeeds measure(DeviceGroup group, RingJob job, Scheduler scheduler) {
    int ranks = group.size();
    KeyValueBlock block = LinkProbe.block(job);
    AtomicReferenceArray<LinkProbe> probes = new AtomicReferenceArray<>(ranks);
    Slowest host = new Slowest();
    Slowest peer = new Slowest();
    new AllAtOnce(group, 0, scheduler)
        .run(
            new Measurement<LinkProbe>() {
              @Override
              public LinkProbe open(int index, RankClock clock) {
                return new LinkProbe(group.device(index), clock, job, block);
              }

              @Override
              public void measure(int index, LinkProbe probe, RankClock clock, Rendezvous others) {
                probes.set(index, probe);
                Runnable meet = () -> others.meet(clock.watch());
                meet.run();
                LinkProbe before = probes.get(Math.floorMod(index - 1, ranks));
                time(host, meet, probe, probe::load);
                time(peer, meet, probe, () -> probe.copy(before));
              }
            });
    long bytes = block.byteSize();
    return new LinkSpeeds(bytes / host.median(), bytes / peer.median(), bytes);
  }

  /** Whether {@code job} could be measured with blocks that are much larger. */
  boolean outgrownBy(RingJob job) {
    return LinkProbe.blockBytes(job) >= GROWTH * blockBytes;
  }

  boolean peerIsFaster() {
    return peer > host;
  }

  @Override
  public String toString() {
    return "measured %.1f GB/s from device to device, %.1f GB/s from host memory"
        .formatted(peer * 1e-9, host * 1e-9);
  }

  /** The first time, which sets things up, does not count. */
  private static void time(Slowest slowest, Runnable meet, LinkProbe probe, Runnable transfer) {
    transfer.run();
    meet.run();
    for (int i = 0; i < REPETITIONS; i++) {
      probe.renew();
      meet.run();
      long start = System.nanoTime();
      transfer.run();
      slowest.add(i, System.nanoTime() - start);
      meet.run();
    }
  }

  /** Of each repetition the time of the device that took longest. */
  private static final class Slowest {
    private final long[] nanos = new long[REPETITIONS];

    synchronized void add(int repetition, long time) {
      nanos[repetition] = Math.max(nanos[repetition], time);
    }

    /** In seconds. */
    synchronized double median() {
      return new Median().evaluate(Arrays.stream(nanos).mapToDouble(time -> time * 1e-9).toArray());
    }
  }
}
