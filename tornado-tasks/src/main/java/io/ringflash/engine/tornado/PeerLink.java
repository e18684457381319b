package io.ringflash.engine.tornado;

/** The direct way from one device's memory to another's. Not for use by two threads at once. */
interface PeerLink extends AutoCloseable {
  /** Does {@code work}, in which the link's other methods may be called. */
  void use(Runnable work);

  /**
   * Starts to copy.
   *
   * @param from byte of {@code source}'s elements where to begin
   * @param to byte of {@code target}'s elements where they go
   */
  void copy(DeviceBuffer source, long from, DeviceBuffer target, long to, long bytes);

  /** Starts to bring the first bytes of {@code target}'s host side to it. */
  void upload(DeviceBuffer target, long bytes);

  /** Waits for all that was started. */
  void await();

  @Override
  void close();
}
