package io.ringflash.cli;

import io.ringflash.experiment.plan.Costs;
import io.ringflash.experiment.plan.Link;
import io.ringflash.experiment.plan.Machine;
import io.ringflash.experiment.plan.Profile;
import io.ringflash.experiment.plan.Quantity;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A machine that is described, or a profile of one. */
final class MachineOptions {
  private static final double TERA = 1e12;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = {
        "A known machine: rtx4090x4 (PCIe 4) or h100x8 (NVLink); what is given beside replaces",
        "its own."
      })
  private @Nullable Profile profile;

  @Option(
      names = "--hosts",
      paramLabel = "N",
      description = "Hosts, each with all the devices (default: 1).")
  private int hosts = 1;

  @Option(names = "--devices", paramLabel = "N", description = "Devices in each host.")
  private @Nullable Integer devices;

  @Option(
      names = "--tflops",
      paramLabel = "X",
      description = "TFLOP/s that a device achieves in attention.")
  private @Nullable Double tflops;

  @Option(
      names = "--link",
      paramLabel = "X",
      description = "From device to device in a host, such as 54GB/s or 400Gbit/s.")
  private @Nullable String link;

  @Option(
      names = "--host-link",
      paramLabel = "X",
      description = "From a host's memory to each of its devices (default: as --link).")
  private @Nullable String hostLink;

  @Option(
      names = "--network",
      paramLabel = "X",
      description = "From each host to the next one (default: 400Gbit/s).")
  private @Nullable String network;

  @Option(
      names = "--latency",
      paramLabel = "T",
      description = "Of links within a host, such as 10us (default: 10us).")
  private @Nullable String latency;

  @Option(
      names = "--network-latency",
      paramLabel = "T",
      description = "Between hosts (default: 20us).")
  private @Nullable String networkLatency;

  @Option(names = "--memory", paramLabel = "X", description = "Of a device, such as 24GB.")
  private @Nullable String memory;

  @Option(
      names = "--step",
      paramLabel = "T",
      description = "Time that every ring step costs beside its arithmetic (default: 10us).")
  private String step = "10us";

  /** Whether any machine is described. */
  boolean given() {
    return profile != null || devices != null;
  }

  /**
   * @throws IllegalArgumentException if the description is incomplete or out of range
   */
  Machine machine() {
    return profile == null ? described() : changed(profile.machine(hosts));
  }

  private Machine described() {
    if (devices == null || tflops == null || link == null) {
      throw new IllegalArgumentException(
          "a machine should be --profile NAME, or --devices, --tflops and --link together");
    }
    Link within = new Link(Quantity.bytesPerSecond(link), seconds(latency, "10us"));
    return new Machine(
        "described machine",
        hosts,
        devices,
        0,
        memory == null ? Long.MAX_VALUE : Quantity.bytes(memory),
        Costs.ofLayer(tflops * TERA, Quantity.seconds(step)),
        faster(within, hostLink),
        within,
        network(Profile.NETWORK),
        null);
  }

  private Machine changed(Machine base) {
    Link peer = base.peerLink();
    Link within = peer == null ? base.hostLink() : peer;
    Link newPeer =
        link == null
            ? peer
            : new Link(
                Quantity.bytesPerSecond(link),
                latency == null ? within.latencySeconds() : Quantity.seconds(latency));
    return new Machine(
        base.name(),
        hosts,
        devices == null ? base.devicesPerHost() : devices,
        0,
        memory == null ? base.memoryBytes() : Quantity.bytes(memory),
        tflops == null ? base.costs() : Costs.ofLayer(tflops * TERA, Quantity.seconds(step)),
        faster(base.hostLink(), hostLink),
        newPeer,
        network(base.between()),
        null);
  }

  private static Link faster(Link base, @Nullable String speed) {
    return speed == null ? base : new Link(Quantity.bytesPerSecond(speed), base.latencySeconds());
  }

  private Link network(Link base) {
    return new Link(
        network == null ? base.bytesPerSecond() : Quantity.bytesPerSecond(network),
        networkLatency == null ? base.latencySeconds() : Quantity.seconds(networkLatency));
  }

  /** Of what is between hosts, infinite if nothing is said. */
  double networkBytesPerSecond() {
    return network == null ? Double.POSITIVE_INFINITY : Quantity.bytesPerSecond(network);
  }

  private static double seconds(@Nullable String given, String otherwise) {
    return Quantity.seconds(given == null ? otherwise : given);
  }
}
