package io.ringflash.engine.cpu;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;

/** A virtual device: worker threads and, while a run lasts, its memory. */
final class CpuDevice implements AttentionDevice {
  private final DeviceInfo info;
  private final WorkerPool pool;

  CpuDevice(DeviceInfo info, int threads) {
    this.info = info;
    this.pool = new WorkerPool(info.id(), threads);
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public ShardAttention prepare(ShardRequest request) {
    if (request.processor() != null) {
      return new ProcessorShard(request, pool, request.processor());
    }
    return switch (request.attnType()) {
      case AttnType.AUTO, AttnType.VECTOR -> new VectorShard(request, pool);
      case AttnType.SCALAR -> new ScalarShard(request, pool);
      case AttnType.REFERENCE -> new ReferenceShard(request, pool);
    };
  }

  @Override
  public void close() {
    pool.close();
  }
}
