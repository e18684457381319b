package io.ringflash.engine;

import io.ringflash.tensor.Tensor;
import java.util.List;

/** A shard that passes every call on to another one, for those that change some of them. */
public abstract class ForwardingShard implements ShardAttention {
  private final ShardAttention shard;

  protected ForwardingShard(ShardAttention shard) {
    this.shard = shard;
  }

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
  public long deviceBytes() {
    return shard.deviceBytes();
  }

  @Override
  public void read(KeyValueBuffer buffer, int part, long from, Tensor k, Tensor v) {
    shard.read(buffer, part, from, k, v);
  }

  @Override
  public void fold(KeyValueBuffer buffer) {
    shard.fold(buffer);
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
