package io.ringflash.engine.tornado;

import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * Copies between two devices of one OpenCL platform, whose devices TornadoVM puts in one context.
 */
final class OpenClPeerLink implements PeerLink {
  private final OpenClLibrary library;
  private final long queue;

  /**
   * @param sourceContext of the device that is copied from
   * @param targetContext of {@code target}
   * @param target the device that is copied to
   * @throws PeerUnavailableException if the devices are of different platforms
   */
  OpenClPeerLink(
      OpenClLibrary library, long sourceContext, long targetContext, TornadoXPUDevice target) {
    this.library = library;
    if (sourceContext != targetContext) {
      throw new PeerUnavailableException(
          "they are of different OpenCL platforms, which know nothing of each other's memory");
    }
    this.queue = library.createQueue(targetContext, library.deviceOf(targetContext, target));
  }

  @Override
  public void use(Runnable work) {
    work.run();
  }

  @Override
  public void copy(DeviceBuffer source, long from, DeviceBuffer target, long to, long bytes) {
    library.copy(
        queue,
        source.handle(),
        DeviceBuffer.HEADER + from,
        target.handle(),
        DeviceBuffer.HEADER + to,
        bytes);
  }

  @Override
  public void upload(DeviceBuffer target, long bytes) {
    library.write(queue, target.handle(), DeviceBuffer.HEADER, target.host().asSlice(0, bytes));
  }

  @Override
  public void await() {
    library.await(queue);
  }

  @Override
  public void close() {
    library.releaseQueue(queue);
  }
}
