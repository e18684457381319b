package io.ringflash.experiment;

import io.ringflash.ring.process.ProcessGroup;
import java.util.ArrayList;
import java.util.List;

/**
 * The devices of several processes, as JSON shows them.
 *
 * @param processes in order
 */
public record JobListing(List<Process> processes) {
  /** One process, its machine and what can compute there. */
  public record Process(int process, String host, List<DeviceListing.Engine> engines) {}

  /** All processes' devices, on the first one; nothing on the others. */
  public static JobListing gather(ProcessGroup group, DeviceListing own) {
    List<DeviceListing> listings = group.gather(DeviceListing.class, own);
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < listings.size(); i++) {
      processes.add(new Process(i, group.hosts().get(i), listings.get(i).engines()));
    }
    return new JobListing(processes);
  }
}
