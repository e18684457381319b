package io.ringflash.ring;

import java.util.Collections;
import java.util.List;

/**
 * How the ranks of a ring are spread over processes: they count through the first process's
 * devices, then the second's, and so on.
 *
 * @param devices number of devices of each process
 */
public record Placement(List<Integer> devices) {
  /**
   * @throws IllegalArgumentException if there is no process, or one without a device
   */
  public Placement {
    devices = List.copyOf(devices);
    if (devices.isEmpty() || Collections.min(devices) < 1) {
      throw new IllegalArgumentException(
          "every process should have at least one device but got " + devices);
    }
  }

  /** All devices in one process. */
  public static Placement inOneProcess(int devices) {
    return new Placement(List.of(devices));
  }

  public int processes() {
    return devices.size();
  }

  public int ranks() {
    return firstRank(devices.size());
  }

  /** Devices of the process that has most. */
  public int mostDevices() {
    return Collections.max(devices);
  }

  /** Rank of a process's first device. */
  public int firstRank(int process) {
    int rank = 0;
    for (int before = 0; before < process; before++) {
      rank += devices.get(before);
    }
    return rank;
  }

  /** The process that has a rank's device. */
  public int processOf(int rank) {
    int process = 0;
    for (int left = rank; left >= devices.get(process); process++) {
      left -= devices.get(process);
    }
    return process;
  }

  /** The process that {@code process} gets blocks from, {@code distance} steps away. */
  int before(int process, int distance) {
    return Math.floorMod(process - distance, processes());
  }
}
