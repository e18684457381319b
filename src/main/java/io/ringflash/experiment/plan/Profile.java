package io.ringflash.experiment.plan;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Machines that people have or rent. Speeds are those of FP16 attention kernels, not of data
 * sheets: FlashAttention-2 on an H100 and the links of H100 and H200 hosts as measured for this
 * project, an RTX 4090 in proportion to its tensor cores' data sheet.
 */
public enum Profile {
  /** Four RTX 4090, PCIe 4.0 x16, no peer access. */
  RTX4090X4(4, 145e12, 24, 25e9, 0),
  /** Eight H100 80 GB, NVLink. */
  H100X8(8, 350e12, 80, 54e9, 225e9);

  private static final double PCIE_LATENCY = 10e-6;
  private static final double NVLINK_LATENCY = 5e-6;
  private static final double STEP_SECONDS = 10e-6;
  private static final double GIGA = 1e9;

  /** 400 Gbit/s. */
  public static final Link NETWORK = new Link(50e9, 20e-6);

  private final int devices;
  private final double flopsPerSecond;
  private final int memoryGigabytes;
  private final double hostLink;
  private final double peerLink;

  Profile(
      int devices, double flopsPerSecond, int memoryGigabytes, double hostLink, double peerLink) {
    this.devices = devices;
    this.flopsPerSecond = flopsPerSecond;
    this.memoryGigabytes = memoryGigabytes;
    this.hostLink = hostLink;
    this.peerLink = peerLink;
  }

  /** One such host, or several over a network of 400 Gbit/s each. */
  public Machine machine(int hosts) {
    @Nullable Link peer = peerLink > 0 ? new Link(peerLink, NVLINK_LATENCY) : null;
    return new Machine(
        hosts == 1 ? label() : "%d × %s".formatted(hosts, label()),
        hosts,
        devices,
        0,
        (long) (memoryGigabytes * GIGA),
        Costs.ofLayer(flopsPerSecond, STEP_SECONDS),
        new Link(hostLink, PCIE_LATENCY),
        peer,
        NETWORK,
        null);
  }

  /** The name used on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All labels, comma-separated. */
  public static String labels() {
    return Arrays.stream(values()).map(Profile::label).collect(Collectors.joining(", "));
  }
}
