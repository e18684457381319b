package io.ringflash.ring;

import io.ringflash.engine.KeyValueBlock;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;
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
   * @param group of devices that reach each other's memory
   * @throws IllegalStateException if a device fails
   */
  static LinkSpeeds measure(DeviceGroup group, RingJob job) {
    int ranks = group.size();
    List<LinkProbe> probes = new ArrayList<>();
    try (Arena arena = Arena.ofShared();
        ExecutorService executor = Executors.newFixedThreadPool(ranks)) {
      KeyValueBlock block = LinkProbe.block(arena, job);
      try {
        group.devices().forEach(device -> probes.add(new LinkProbe(device, job, block)));
        IntConsumer renewal = rank -> probes.get(rank).renew();
        double host = seconds(executor, ranks, renewal, rank -> probes.get(rank).load());
        double peer =
            seconds(
                executor,
                ranks,
                renewal,
                rank -> probes.get(rank).copy(probes.get(Math.floorMod(rank - 1, ranks))));
        long bytes = block.byteSize();
        return new LinkSpeeds(bytes / host, bytes / peer, bytes);
      } finally {
        probes.forEach(LinkProbe::close);
      }
    }
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

  /**
   * Until the last rank is done; the first time, which sets things up, does not count.
   *
   * @param renewal before each repetition, not timed
   */
  private static double seconds(
      ExecutorService executor, int ranks, IntConsumer renewal, IntConsumer work) {
    AllAtOnce.run(executor, ranks, work);
    double[] seconds = new double[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      AllAtOnce.run(executor, ranks, renewal);
      long start = System.nanoTime();
      AllAtOnce.run(executor, ranks, work);
      seconds[i] = (System.nanoTime() - start) * 1e-9;
    }
    return new Median().evaluate(seconds);
  }
}
