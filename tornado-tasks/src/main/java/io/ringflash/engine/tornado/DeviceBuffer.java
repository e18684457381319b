package io.ringflash.engine.tornado;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.memory.XPUBuffer;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.common.XPUDeviceBufferState;

/**
 * Device memory that any kernel of the device may be given, unlike the memory of a task graph's own
 * arrays. So two K/V buffers alternate under one compiled kernel, and one of them is filled from
 * another thread while the kernel reads the other.
 *
 * <p>Not for use by two threads at once. Memory that has a host side is page-locked where the
 * backend does that.
 */
final class DeviceBuffer implements AutoCloseable {
  /** Bytes before the elements. */
  static final long HEADER = TornadoNativeArray.ARRAY_HEADER;

  /** Stands for the host side of memory that has none. */
  private static final ByteArray NO_HOST = new ByteArray(1);

  private final TornadoXPUDevice device;
  private final XPUDeviceBufferState state = new XPUDeviceBufferState();
  private final @Nullable HostArray hostArray;
  private final long byteSize;

  private DeviceBuffer(TornadoXPUDevice device, @Nullable HostArray hostArray, long byteSize) {
    this.device = device;
    this.hostArray = hostArray;
    this.byteSize = byteSize;
  }

  /** Memory on the device alone. */
  static DeviceBuffer onDevice(TornadoXPUDevice device, long byteSize) {
    long size = Math.max(byteSize, Long.BYTES);
    DeviceBuffer buffer = new DeviceBuffer(device, null, size);
    device.enableThreadSharing();
    device.allocate(NO_HOST, size, buffer.state, Access.READ_WRITE);
    return buffer;
  }

  /** Memory on the device, and as much on the host, for transfers. */
  static DeviceBuffer withHost(TornadoXPUDevice device, long byteSize) {
    long size = Math.max(byteSize, Long.BYTES);
    HostArray array = new HostArray(size);
    DeviceBuffer buffer = new DeviceBuffer(device, array, size);
    try {
      device.enableThreadSharing();
      device.allocate(array.array(), 0, buffer.state, Access.READ_WRITE);
      return buffer;
    } catch (RuntimeException e) {
      array.close();
      throw e;
    }
  }

  /** Bytes of elements. */
  long byteSize() {
    return byteSize;
  }

  /** The host side. */
  MemorySegment host() {
    return hostSide().elements();
  }

  /** The host side, in the form that TornadoVM transfers. */
  ByteArray hostArray() {
    return hostSide().array();
  }

  /** The host side with what TornadoVM puts before it. */
  MemorySegment hostWithHeader() {
    return hostSide().withHeader();
  }

  /**
   * What the driver calls this memory: a device address, or a memory object. The elements begin
   * {@link #HEADER} bytes after its beginning.
   */
  long handle() {
    return memory().toBuffer();
  }

  /** What a kernel launch takes. */
  XPUBuffer memory() {
    return state.getXPUBuffer();
  }

  /**
   * Brings the first bytes of the host side to the device, and waits.
   *
   * @param stream names the backend's queue; one thread uses it
   */
  void upload(long bytes, long stream) {
    device.enableThreadSharing();
    memory().setSizeSubRegion(bytes);
    memory().enqueueWrite(stream, hostSide().array(), bytes, 0, null, false);
    device.sync(stream);
    DeviceQueue.await(device, stream, memory(), hostSide().array());
  }

  /** Brings the first bytes from the device to the host side, and waits. */
  void download(long bytes, long stream) {
    device.enableThreadSharing();
    memory().read(stream, hostSide().array(), HEADER, bytes, null, false);
    device.sync(stream);
  }

  @Override
  public void close() {
    device.enableThreadSharing();
    device.deallocate(state);
    if (hostArray != null) {
      hostArray.close();
    }
  }

  private HostArray hostSide() {
    return Objects.requireNonNull(hostArray, "this memory has no host side");
  }
}
