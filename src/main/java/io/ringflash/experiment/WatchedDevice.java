package io.ringflash.experiment;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.ForwardingDevice;
import io.ringflash.engine.ForwardingShard;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.ring.DeviceGroup;

/** A device whose ring steps are told to somebody who waits for them. */
public final class WatchedDevice extends ForwardingDevice {
  private final Progress progress;

  private WatchedDevice(AttentionDevice device, Progress progress) {
    super(device);
    this.progress = progress;
  }

  /** The same devices; every step of one of them advances {@code progress} by one. */
  public static DeviceGroup watch(DeviceGroup group, Progress progress) {
    return new DeviceGroup(
        group.devices().stream().map(device -> new WatchedDevice(device, progress)).toList());
  }

  @Override
  public ShardAttention prepare(ShardRequest request) {
    return new WatchedShard(super.prepare(request), progress);
  }

  private static final class WatchedShard extends ForwardingShard {
    private final Progress progress;

    WatchedShard(ShardAttention shard, Progress progress) {
      super(shard);
      this.progress = progress;
    }

    @Override
    public void fold(KeyValueBuffer buffer) {
      super.fold(buffer);
      progress.advance(1);
    }
  }
}
