package io.ringflash.engine;

/**
 * An open device. It runs one {@link ShardAttention} at a time; closing it frees all that it holds.
 */
public interface AttentionDevice extends AutoCloseable {
  DeviceInfo info();

  /**
   * Makes this device ready for its share of a run: chooses the kernel, allocates the state.
   *
   * @throws IllegalArgumentException if the device has no such kernel for the problem
   */
  ShardAttention prepare(ShardRequest request);

  @Override
  void close();
}
