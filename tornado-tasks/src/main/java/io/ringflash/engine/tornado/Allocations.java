package io.ringflash.engine.tornado;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

  /**
   * Memory that holds {@code values}.
   *
   * @param stream names the queue
   */
  DeviceBuffer upload(int[] values, long stream) {
    DeviceBuffer buffer = withHost(values.length, Integer.BYTES);
    MemorySegment.copy(values, 0, buffer.host(), ValueLayout.JAVA_INT, 0, values.length);
    buffer.upload(buffer.byteSize(), stream);
    return buffer;
  }

  /** As {@link #upload(int[], long)}. */
  DeviceBuffer upload(float[] values, long stream) {
    DeviceBuffer buffer = withHost(values.length, Float.BYTES);
    MemorySegment.copy(values, 0, buffer.host(), ValueLayout.JAVA_FLOAT, 0, values.length);
    buffer.upload(buffer.byteSize(), stream);
    return buffer;
  }

  /** Bytes of elements on the device. */
  long byteSize() {
    return buffers.stream().mapToLong(DeviceBuffer::byteSize).sum();
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
