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

  /** Latency within a host, and what a step costs, where neither user nor profile says it. */
  private static final String USUAL_DELAY = "10us";

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
  private @Nullable String step;

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
    Link within =
        new Link(Quantity.bytesPerSecond(link), Quantity.seconds(given(latency, USUAL_DELAY)));
    return new Machine(
        "described machine",
        hosts,
        devices,
        0,
        memory == null ? Long.MAX_VALUE : Quantity.bytes(memory),
        Costs.ofLayer(tflops * TERA, Quantity.seconds(given(step, USUAL_DELAY))),
        changed(within, hostLink, latency),
        within,
        changed(Profile.NETWORK, network, networkLatency),
        null);
  }

  private Machine changed(Machine base) {
    Link peer = base.peerLink();
    Link within = peer == null ? base.hostLink() : peer;
    return new Machine(
        base.name(),
        hosts,
        devices == null ? base.devicesPerHost() : devices,
        0,
        memory == null ? base.memoryBytes() : Quantity.bytes(memory),
        changed(base.costs()),
        changed(base.hostLink(), hostLink, latency),
        peer == null && link == null ? null : changed(within, link, latency),
        changed(base.between(), network, networkLatency),
        null);
  }

  private Costs changed(Costs base) {
    return Costs.ofLayer(
        tflops == null ? base.flopsPerSecond() : tflops * TERA,
        step == null ? base.stepSeconds() : Quantity.seconds(step));
  }

  private static Link changed(Link base, @Nullable String speed, @Nullable String latency) {
    return new Link(
        speed == null ? base.bytesPerSecond() : Quantity.bytesPerSecond(speed),
        latency == null ? base.latencySeconds() : Quantity.seconds(latency));
  }

  /** Whether it is said what is between hosts. */
  boolean hasNetwork() {
    return network != null;
  }

  /** Of what is between hosts, infinite if nothing is said. */
  double networkBytesPerSecond() {
    return network == null ? Double.POSITIVE_INFINITY : Quantity.bytesPerSecond(network);
  }

  private static String given(@Nullable String option, String otherwise) {
    return option == null ? otherwise : option;
  }
}
