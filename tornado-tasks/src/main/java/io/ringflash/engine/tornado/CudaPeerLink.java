package io.ringflash.engine.tornado;

/** Copies between two GPUs of NVIDIA's, by their copy engines. */
final class CudaPeerLink implements PeerLink {
  private final CudaDriver driver;
  private final long targetContext;
  private final long stream;

  /**
   * Lets the two devices reach each other's memory.
   *
   * @param sourceContext of the device that is copied from
   * @param targetContext of the device that is copied to
   * @throws PeerUnavailableException if the driver cannot do that
   */
  CudaPeerLink(CudaDriver driver, long sourceContext, long targetContext) {
    this.driver = driver;
    this.targetContext = targetContext;
    if (!driver.reaches(targetContext, sourceContext)) {
      throw new PeerUnavailableException(
          "the driver lets neither reach the other's memory (no NVLink, and no peer traffic on PCIe)");
    }
    driver.enableAccess(targetContext, sourceContext);
    driver.enableAccess(sourceContext, targetContext);
    this.stream = driver.createStream(targetContext);
  }

  @Override
  public void use(Runnable work) {
    driver.within(targetContext, work);
  }

  @Override
  public void copy(DeviceBuffer source, long from, DeviceBuffer target, long to, long bytes) {
    driver.copy(
        target.handle() + DeviceBuffer.HEADER + to,
        source.handle() + DeviceBuffer.HEADER + from,
        bytes,
        stream);
  }

  @Override
  public void upload(DeviceBuffer target, long bytes) {
    driver.upload(target.handle() + DeviceBuffer.HEADER, target.host().asSlice(0, bytes), stream);
  }

  @Override
  public void await() {
    driver.await(stream);
  }

  @Override
  public void close() {
    driver.destroyStream(targetContext, stream);
  }
}
