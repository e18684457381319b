package io.ringflash.ring;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.DeviceId;
import io.ringflash.engine.EngineRegistry;
import java.util.ArrayList;
import java.util.List;

/** The devices of one ring, in rank order. Closing the group closes them. */
public final class DeviceGroup implements AutoCloseable {
  private final List<AttentionDevice> devices;
  private final BusyDevices busy;

  /**
   * @throws IllegalArgumentException if there is no device
   */
  public DeviceGroup(List<? extends AttentionDevice> devices) {
    this(devices, new BusyDevices());
  }

  private DeviceGroup(List<? extends AttentionDevice> devices, BusyDevices busy) {
    if (devices.isEmpty()) {
      throw new IllegalArgumentException("a device group should have at least one device");
    }
    this.devices = List.copyOf(devices);
    this.busy = busy;
  }

  /** Opens the devices named {@code ids}, in rank order. */
  public static DeviceGroup open(EngineRegistry registry, List<DeviceId> ids) {
    return new DeviceGroup(registry.open(ids));
  }

  /**
   * The same group without one device, which stays open.
   *
   * @throws IllegalArgumentException if no device would be left
   */
  DeviceGroup without(int rank) {
    List<AttentionDevice> others = new ArrayList<>(devices);
    others.remove(rank);
    return new DeviceGroup(others, busy);
  }

  /** One device as a group of its own, which is not closed itself. */
  public DeviceGroup only(int rank) {
    return new DeviceGroup(List.of(devices.get(rank)), busy);
  }

  /** Devices that a failed run has left at work. */
  BusyDevices busy() {
    return busy;
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

  /** Whether all devices are {@linkplain AttentionDevice#isEmbedded embedded} ones. */
  public boolean isEmbedded() {
    return devices.stream().allMatch(AttentionDevice::isEmbedded);
  }

  /**
   * Closes every device, the last one first, also when one fails; the first failure is thrown. A
   * device that a failed run has left at work closes when it comes back. A second time does
   * nothing.
   */
  @Override
  public void close() {
    closeFrom(0);
  }

  private void closeFrom(int rank) {
    if (rank < devices.size()) {
      AttentionDevice device = devices.get(rank);
      try (Closing afterwards = () -> busy.close(device)) {
        closeFrom(rank + 1);
      }
    }
  }

  private interface Closing extends AutoCloseable {
    @Override
    void close();
  }
}
