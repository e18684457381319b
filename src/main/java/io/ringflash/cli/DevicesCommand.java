package io.ringflash.cli;

import io.ringflash.engine.EngineRegistry;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.DeviceListing;
import io.ringflash.experiment.DeviceTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ringflash devices}. */
@Command(
    name = "devices",
    header = "List engines and devices; an unavailable engine says why.",
    description = "cpu devices are virtual: cpu:0, cpu:1, ... as many as a command lists.")
final class DevicesCommand implements Runnable {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private JsonOption json;

  @Override
  public void run() {
    DeviceListing listing = DeviceListing.of(EngineRegistry.withServices(new CpuEngine()));
    json.print(listing, () -> DeviceTable.render(listing));
  }
}
