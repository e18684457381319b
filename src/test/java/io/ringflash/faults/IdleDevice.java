package io.ringflash.faults;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import java.util.List;
import java.util.Optional;

/**
 * A device that computes nothing.
 *
 * @param info as it describes itself
 */
public record IdleDevice(DeviceInfo info) implements AttentionDevice {
  /** The device {@code fake:index}. */
  public IdleDevice(int index) {
    this(new DeviceInfo("fake:" + index, "computes nothing", 0, 1, true));
  }

  @Override
  public ShardAttention prepare(ShardRequest request) {
    return new Shard();
  }

  @Override
  public Optional<String> copyObstacle(AttentionDevice source) {
    return source instanceof IdleDevice
        ? Optional.empty()
        : Optional.of("%s is idle and the other is not".formatted(info.id()));
  }

  @Override
  public void close() {}

  private static final class Shard implements ShardAttention {
    @Override
    public String kernel() {
      return "fake";
    }

    @Override
    public KeyValueBuffer allocate(List<KeyValueBlock> candidates) {
      return () -> {};
    }

    @Override
    public void load(KeyValueBuffer buffer, KeyValueBlock block) {}

    @Override
    public void copy(KeyValueBuffer buffer, KeyValueBuffer source, KeyValueBlock block) {}

    @Override
    public void fold(KeyValueBuffer buffer) {}

    @Override
    public void finish() {}

    @Override
    public void close() {}
  }
}
