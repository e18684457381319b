package io.ringflash.experiment.plan;

import io.ringflash.ring.Placement;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/**
 * A machine that is described, in two levels: devices in hosts.
 *
 * @param name for people
 * @param hosts number of hosts
 * @param devicesPerHost number of devices in each
 * @param threads if all devices of a host share one processor of so many threads; 0 if each device
 *     is a processor of its own
 * @param memoryBytes of a device
 * @param costs of computing
 * @param hostLink between a host's memory and each of its devices; of a shared processor, what one
 *     thread copies
 * @param peerLink from each device to its neighbour in the same host, null if there is none
 * @param between from each host to the next one
 * @param sharing of one processor among all hosts, null if each has its own
 */
public record Machine(
    String name,
    int hosts,
    int devicesPerHost,
    int threads,
    long memoryBytes,
    Costs costs,
    Link hostLink,
    @Nullable Link peerLink,
    Link between,
    @Nullable CoreSharing sharing) {
  /** Rings grow with the square of their devices: more would not fit into memory. */
  public static final int MAX_DEVICES = 4096;

  /**
   * @throws IllegalArgumentException if there is no device, or there are too many
   */
  public Machine {
    if (hosts < 1 || devicesPerHost < 1 || (long) hosts * devicesPerHost > MAX_DEVICES) {
      throw new IllegalArgumentException(
          "devices should be in [1, %d] but got %d in each of %d hosts"
              .formatted(MAX_DEVICES, devicesPerHost, hosts));
    }
  }

  /** Devices of all hosts. */
  public int devices() {
    return hosts * devicesPerHost;
  }

  /** The same with another number of devices. */
  Machine withDevices(int newHosts, int newDevicesPerHost) {
    return new Machine(
        name,
        newHosts,
        newDevicesPerHost,
        threads,
        memoryBytes,
        costs,
        hostLink,
        peerLink,
        between,
        sharing);
  }

  /** Where the ranks are. */
  public Placement placement() {
    return new Placement(Collections.nCopies(hosts, devicesPerHost));
  }

  /** Whether the devices of a host share one processor. */
  public boolean shared() {
    return threads > 0;
  }

  /** FLOP/s of all devices together. */
  public double flopsPerSecond() {
    return costs.flopsPerSecond() * (shared() ? hosts : devices());
  }
}
