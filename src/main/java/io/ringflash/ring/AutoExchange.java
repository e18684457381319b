package io.ringflash.ring;

import io.ringflash.engine.DeviceInfo;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The faster exchange: from device to device or through host memory, as measured before the first
 * run. Where there is nothing to choose, nothing is measured.
 */
public final class AutoExchange implements Exchange {
  private @Nullable Exchange chosen;

  @Override
  public Transfers begin(DeviceGroup group, RingJob job) {
    Exchange exchange = chosen;
    if (exchange == null) {
      exchange = choose(group, job);
      chosen = exchange;
    }
    return exchange.begin(group, job);
  }

  @Override
  public void close() {
    if (chosen != null) {
      chosen.close();
    }
  }

  private static Exchange choose(DeviceGroup group, RingJob job) {
    Optional<String> obstacle = obstacle(group, job);
    if (obstacle.isPresent()) {
      return new HostExchange(new ExchangeWay("host", obstacle.get()));
    }
    LinkSpeeds speeds = LinkSpeeds.measure(group, job);
    return speeds.peerIsFaster()
        ? new PeerExchange(new ExchangeWay("peer", speeds.toString()))
        : new HostExchange(new ExchangeWay("host", speeds.toString()));
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
