package io.ringflash.engine.tornado;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.api.memory.XPUBuffer;
import uk.ac.manchester.tornado.api.memory.XPUBuffer.XPUBufferWrapper;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * The way that all of TornadoVM's backends have, which waits for each transfer's end. TornadoVM
 * transfers a buffer to the device memory that it was allocated with. This one is pointed at other
 * memory first.
 */
final class TornadoChunk implements TransferChunk {
  private static final int HEADER = (int) TornadoNativeArray.ARRAY_HEADER;

  private final TornadoXPUDevice device;
  private final DeviceBuffer buffer;
  private final long ownMemory;
  private final long stream;

  TornadoChunk(TornadoXPUDevice device, long byteSize, long stream) {
    this.device = device;
    this.stream = stream;
    this.buffer = DeviceBuffer.withHost(device, byteSize);
    this.ownMemory = buffer.memory().toBuffer();
  }

  @Override
  public MemorySegment host() {
    return buffer.host();
  }

  /**
   * TornadoVM's transfer begins with a header, which on some backends lands on the bytes before the
   * place.
   */
  @Override
  public void upload(DeviceBuffer target, long at, long bytes, Supplier<MemorySegment> before) {
    keep(before.get());
    device.enableThreadSharing();
    XPUBuffer window = pointAt(target, at, bytes);
    window.enqueueWrite(stream, buffer.hostArray(), bytes, 0, null, false);
    device.sync(stream);
    // May change the first byte here, which has gone up.
    DeviceQueue.await(device, stream, window, buffer.hostArray());
  }

  @Override
  public void download(DeviceBuffer source, long at, long bytes) {
    device.enableThreadSharing();
    XPUBuffer window = pointAt(source, HEADER + at, bytes);
    window.read(stream, buffer.hostArray(), HEADER, 0, null, false);
    device.sync(stream);
  }

  @Override
  public void await() {
    // Transfers have ended.
  }

  @Override
  public void close() {
    buffer.memory().setBuffer(new XPUBufferWrapper(ownMemory, 0));
    buffer.close();
    device.getDeviceContext().reset(stream);
  }

  private void keep(MemorySegment before) {
    if (before.byteSize() > 0) {
      MemorySegment header = buffer.hostWithHeader().asSlice(0, HEADER);
      header.copyFrom(before.asSlice(before.byteSize() - HEADER));
    }
  }

  private XPUBuffer pointAt(DeviceBuffer memory, long at, long bytes) {
    XPUBuffer window = buffer.memory();
    window.setBuffer(new XPUBufferWrapper(memory.memory().toBuffer(), at));
    window.setSizeSubRegion(bytes);
    return window;
  }
}
