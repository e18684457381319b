package io.ringflash.ring;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.DeviceId;
import io.ringflash.engine.EngineRegistry;
import java.util.List;

/** The devices of one ring, in rank order. Closing the group closes them. */
public final class DeviceGroup implements AutoCloseable {
  private final List<AttentionDevice> devices;

  /**
   * @throws IllegalArgumentException if there is no device
   */
  public DeviceGroup(List<? extends AttentionDevice> devices) {
    if (devices.isEmpty()) {
      throw new IllegalArgumentException("a device group should have at least one device");
    }
    this.devices = List.copyOf(devices);
  }

  /** Opens the devices named {@code ids}, in rank order. */
  public static DeviceGroup open(EngineRegistry registry, List<DeviceId> ids) {
    return new DeviceGroup(registry.open(ids));
  }

  public int size() {
    return devices.size();
  }

  public AttentionDevice device(int rank) {
    return devices.get(rank);
  }

  public List<AttentionDevice> devices() {
    return devices;
  }

  /** Closes every device, the last one first, also when one fails; the first failure is thrown. */
  @Override
  public void close() {
    closeFrom(0);
  }

  private void closeFrom(int rank) {
    if (rank < devices.size()) {
      AttentionDevice device = devices.get(rank);
      try (device) {
        closeFrom(rank + 1);
      }
    }
  }
}
