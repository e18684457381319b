package io.ringflash.cli;

import io.ringflash.engine.EngineRegistry;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.DeviceListing;
import io.ringflash.experiment.DeviceTable;
import io.ringflash.experiment.JobListing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ringflash devices}. */
@Command(
    name = "devices",
    header = "List engines and devices; an unavailable engine says why.",
    description = "cpu devices are virtual: cpu:0, cpu:1, ... as many as a command lists.")
final class DevicesCommand implements Runnable {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private JsonOption json;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public void run() {
    Job job = Job.of(spec);
    DeviceListing own = DeviceListing.of(EngineRegistry.withServices(new CpuEngine(job.cores())));
    if (job.processes().size() == 1) {
      json.print(own, () -> DeviceTable.render(own));
    } else {
      JobListing all = JobListing.gather(job.processes(), own);
      json.print(all, () -> DeviceTable.render(all));
    }
  }
}
