package io.ringflash.ring;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.DeviceId;
import io.ringflash.engine.EngineRegistry;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /** Closes every device, also when one fails to close; the first failure is thrown. */
  @Override
  public void close() {
    RuntimeException failure = null;
    for (AttentionDevice device : devices) {
      failure = closeOne(device, failure);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static @Nullable RuntimeException closeOne(
      AttentionDevice device, @Nullable RuntimeException earlier) {
    try {
      device.close();
      return earlier;
    } catch (RuntimeException e) {
      if (earlier == null) {
        return e;
      }
      earlier.addSuppressed(e);
      return earlier;
    }
  }
}
