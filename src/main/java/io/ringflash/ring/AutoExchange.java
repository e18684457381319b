package io.ringflash.ring;

import io.ringflash.engine.DeviceInfo;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The faster exchange: from device to device or through host memory, as measured before the first
 * run, and anew before one of much larger blocks. Where there is nothing to choose, nothing is
 * measured.
 */
public final class AutoExchange implements Exchange {
  private static final ExchangeWay SAME_BLOCK =
      new ExchangeWay(
          ExchangeWay.HOST.name(),
          "deterministic: every device takes the same block at the same time");

  /** By the reason of their way, which says whether it is host or peer, too. */
  private final Map<String, Exchange> exchanges = new HashMap<>();

  private final Scheduler scheduler;
  private @Nullable LinkSpeeds speeds;

  public AutoExchange() {
    this(new MachineScheduler());
  }

  /**
   * @param scheduler runs the ranks that are measured
   */
  public AutoExchange(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  @Override
  public Transfers begin(DeviceGroup group, RingJob job) {
    ExchangeWay way = choose(group, job);
    return exchanges.computeIfAbsent(way.reason(), absent -> create(way)).begin(group, job);
  }

  @Override
  public void close() {
    exchanges.values().forEach(Exchange::close);
  }

  private static Exchange create(ExchangeWay way) {
    return way.name().equals(ExchangeWay.PEER.name())
        ? new PeerExchange(way)
        : new HostExchange(way);
  }

  private ExchangeWay choose(DeviceGroup group, RingJob job) {
    Optional<String> obstacle = obstacle(group, job);
    if (obstacle.isPresent()) {
      return new ExchangeWay(ExchangeWay.HOST.name(), obstacle.get());
    }
    if (job.deterministic()) {
      return SAME_BLOCK;
    }
    LinkSpeeds measured = speeds;
    if (measured == null || measured.outgrownBy(job)) {
      measured = LinkSpeeds.measure(group, job, scheduler);
      speeds = measured;
    }
    ExchangeWay faster = measured.peerIsFaster() ? ExchangeWay.PEER : ExchangeWay.HOST;
    return new ExchangeWay(faster.name(), measured.toString());
  }

  private static Optional<String> obstacle(DeviceGroup group, RingJob job) {
    if (group.size() == 1) {
      return Optional.of("one device");
    }
    Optional<String> inHostMemory =
        group.devices().stream()
            .map(device -> device.info())
            .filter(DeviceInfo::hostProcessor)
            .map(info -> info.id() + " computes in host memory")
            .findFirst();
    return inHostMemory.or(() -> PeerExchange.obstacle(group, job.schedule().ranks()));
  }
}
