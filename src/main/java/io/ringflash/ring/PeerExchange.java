package io.ringflash.ring;

import io.ringflash.engine.AttentionDevice;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * Exchange from device to device: each copies the block of its next step from the rank before it,
 * which holds it at this step, see {@link PeerPlan}. A rank's first block comes from host memory.
 */
public final class PeerExchange implements Exchange {
  private final ExchangeWay way;
  private final ExecutorService executor = HostExchange.threads();

  public PeerExchange() {
    this(ExchangeWay.PEER);
  }

  /**
   * @param way for reports
   */
  PeerExchange(ExchangeWay way) {
    this.way = way;
  }

  /**
   * Why blocks cannot go from device to device.
   *
   * @param group devices of this process
   * @param ranks devices of the ring
   * @return empty if they can
   */
  public static Optional<String> obstacle(DeviceGroup group, int ranks) {
    if (group.size() < ranks) {
      return Optional.of("devices of several processes do not reach each other's memory");
    }
    for (int rank = 0; rank < ranks && ranks > 1; rank++) {
      AttentionDevice before = group.device(Math.floorMod(rank - 1, ranks));
      Optional<String> obstacle = group.device(rank).copyObstacle(before);
      if (obstacle.isPresent()) {
        return obstacle;
      }
    }
    return Optional.empty();
  }

  /**
   * @throws IllegalArgumentException if a device does not reach the memory of the one before it
   */
  @Override
  public Transfers begin(DeviceGroup group, RingJob job) {
    obstacle(group, job.schedule().ranks())
        .ifPresent(reason -> {
          throw new IllegalArgumentException(
              "exchange peer needs devices that reach each other's memory: " + reason);
        });
    return new PeerTransfers(PeerPlan.of(job.schedule()), way, executor);
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}
