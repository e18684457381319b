package io.ringflash.engine.tornado;

import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** Buffers that live and die together. */
final class Allocations implements AutoCloseable {
  private final TornadoXPUDevice device;
  private final List<DeviceBuffer> buffers = new ArrayList<>();

  Allocations(TornadoXPUDevice device) {
    this.device = device;
  }

  DeviceBuffer onDevice(long elements, int elementBytes) {
    return add(DeviceBuffer.onDevice(device, bytes(elements, elementBytes)));
  }

  DeviceBuffer withHost(long elements, int elementBytes) {
    return add(DeviceBuffer.withHost(device, bytes(elements, elementBytes)));
  }

  @Override
  public void close() {
    buffers.forEach(DeviceBuffer::close);
    buffers.clear();
  }

  private DeviceBuffer add(DeviceBuffer buffer) {
    buffers.add(buffer);
    return buffer;
  }

  /**
   * @throws IllegalArgumentException if a kernel could not index the elements
   */
  private static long bytes(long elements, int elementBytes) {
    if (elements > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a shard's tensor should have at most %d elements, the reach of a kernel's index, but got %d: use more devices"
              .formatted(Integer.MAX_VALUE, elements));
    }
    return elements * elementBytes;
  }
}
