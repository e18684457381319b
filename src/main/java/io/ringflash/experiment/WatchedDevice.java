package io.ringflash.experiment;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.DevicePeaks;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.ring.DeviceGroup;
import java.util.List;
import java.util.Optional;

/** A device whose ring steps are told to somebody who waits for them. */
public final class WatchedDevice implements AttentionDevice {
  private final AttentionDevice device;
  private final Progress progress;

  private WatchedDevice(AttentionDevice device, Progress progress) {
    this.device = device;
    this.progress = progress;
  }

  /** The same devices; every step of one of them advances {@code progress} by one. */
  public static DeviceGroup watch(DeviceGroup group, Progress progress) {
    return new DeviceGroup(
        group.devices().stream().map(device -> new WatchedDevice(device, progress)).toList());
  }

  @Override
  public DeviceInfo info() {
    return device.info();
  }

  @Override
  public ShardAttention prepare(ShardRequest request) {
    return new WatchedShard(device.prepare(request), progress);
  }

  @Override
  public Optional<DevicePeaks> measurePeaks(AttnType attnType, AttentionProblem problem) {
    return device.measurePeaks(attnType, problem);
  }

  @Override
  public Optional<String> copyObstacle(AttentionDevice source) {
    return device.copyObstacle(source instanceof WatchedDevice watched ? watched.device : source);
  }

  @Override
  public void close() {
    device.close();
  }

  private record WatchedShard(ShardAttention shard, Progress progress) implements ShardAttention {
    @Override
    public String kernel() {
      return shard.kernel();
    }

    @Override
    public KeyValueBuffer allocate(List<KeyValueBlock> candidates) {
      return shard.allocate(candidates);
    }

    @Override
    public void load(KeyValueBuffer buffer, KeyValueBlock block) {
      shard.load(buffer, block);
    }

    @Override
    public void copy(KeyValueBuffer buffer, KeyValueBuffer source, KeyValueBlock block) {
      shard.copy(buffer, source, block);
    }

    @Override
    public void fold(KeyValueBuffer buffer) {
      shard.fold(buffer);
      progress.advance(1);
    }

    @Override
    public long deviceBytes() {
      return shard.deviceBytes();
    }

    @Override
    public void finish() {
      shard.finish();
    }

    @Override
    public void close() {
      shard.close();
    }
  }
}
