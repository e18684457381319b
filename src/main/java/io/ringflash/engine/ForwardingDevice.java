package io.ringflash.engine;

import io.ringflash.attention.AttentionProblem;
import java.util.Optional;

/** A device that passes every call on to another one, for those that change some of them. */
public abstract class ForwardingDevice implements AttentionDevice {
  private final AttentionDevice device;

  protected ForwardingDevice(AttentionDevice device) {
    this.device = device;
  }

  @Override
  public DeviceInfo info() {
    return device.info();
  }

  @Override
  public boolean isEmbedded() {
    return device.isEmbedded();
  }

  @Override
  public long memoryBytes(ShardSize size) {
    return device.memoryBytes(size);
  }

  @Override
  public long freeMemoryBytes() {
    return device.freeMemoryBytes();
  }

  @Override
  public ShardAttention prepare(ShardRequest request) {
    return device.prepare(request);
  }

  @Override
  public Optional<DevicePeaks> measurePeaks(AttnType attnType, AttentionProblem problem) {
    return device.measurePeaks(attnType, problem);
  }

  @Override
  public Optional<KernelChoice> kernelChoice() {
    return device.kernelChoice();
  }

  @Override
  public Optional<String> copyObstacle(AttentionDevice source) {
    return device.copyObstacle(
        source instanceof ForwardingDevice forwarding ? forwarding.device : source);
  }

  @Override
  public void close() {
    device.close();
  }
}
