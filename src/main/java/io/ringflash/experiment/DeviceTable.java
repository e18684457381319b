package io.ringflash.experiment;

import io.ringflash.engine.DeviceInfo;
import java.util.List;
import java.util.stream.Collectors;

/** Engines and devices as text. */
public final class DeviceTable {
  private DeviceTable() {}

  /** One line a device, then one for each engine that cannot run here. */
  public static String render(DeviceListing listing) {
    TextTable table = new TextTable().left("device").right("memory").right("units").left("what");
    StringBuilder unavailable = new StringBuilder();
    for (DeviceListing.Engine engine : listing.engines()) {
      engine.devices().forEach(device -> table.row(cells(device)));
      if (engine.unavailable() != null) {
        unavailable
            .append("\n ")
            .append(engine.name())
            .append(" is unavailable: ")
            .append(engine.unavailable());
      }
    }
    return table.render() + unavailable;
  }

  /** As for one process, under a line that names process and machine. */
  public static String render(JobListing listing) {
    return listing.processes().stream()
        .map(process ->
            "process %d on %s%n%s"
                .formatted(
                    process.process(),
                    process.host(),
                    render(new DeviceListing(process.engines()))))
        .collect(Collectors.joining("\n\n"));
  }

  private static List<String> cells(DeviceInfo device) {
    return List.of(
        device.id(),
        Units.bytes(device.memoryBytes()),
        String.valueOf(device.computeUnits()),
        device.description());
  }
}
