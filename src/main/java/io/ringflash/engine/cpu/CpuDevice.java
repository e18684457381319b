package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PartialAttention;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.DevicePeaks;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.engine.ShardSize;
import io.ringflash.engine.TokenCount;
import java.util.Optional;

/** A virtual device: worker threads and, while a run lasts, its memory. */
final class CpuDevice implements AttentionDevice {
  private final DeviceInfo info;
  private final CpuResources resources;

  CpuDevice(DeviceInfo info, int threads, SharedBlocks blocks) {
    this.info = info;
    this.resources = new CpuResources(new WorkerPool(info.id(), threads), blocks);
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public boolean isEmbedded() {
    return true;
  }

  /**
   * The state, which the vector kernel can do without if all keys come in one block, and blocks
   * where the kernel packs them; others are read where they lie.
   */
  @Override
  public long memoryBytes(ShardSize size) {
    AttentionProblem problem = size.problem();
    boolean packs =
        !size.processor()
            && FusedMultiplyAdd.AVAILABLE
            && (size.attnType() == AttnType.AUTO || size.attnType() == AttnType.VECTOR)
            && !DirectShard.suits(problem.shape());
    long bytes = PartialAttention.byteSize(size.rows(), problem.shape().headDim());
    if (packs) {
      for (TokenCount buffer : size.buffers()) {
        bytes += packedBytes(problem.shape(), buffer);
      }
    }
    return bytes;
  }

  private static long packedBytes(AttentionShape shape, TokenCount keys) {
    return PackedBlock.byteSize(shape, keys.tiles(PackedBlock.KEYS));
  }

  @Override
  public long freeMemoryBytes() {
    return HostMemory.availableBytes();
  }

  @Override
  public ShardAttention prepare(ShardRequest request) {
    if (request.processor() != null) {
      return new ProcessorShard(request, resources, request.processor());
    }
    return switch (request.attnType()) {
      case AttnType.AUTO ->
          FusedMultiplyAdd.AVAILABLE ? vector(request) : new ScalarShard(request, resources);
      case AttnType.VECTOR -> {
        FusedMultiplyAdd.require(info.id());
        yield vector(request);
      }
      case AttnType.SCALAR -> new ScalarShard(request, resources);
      case AttnType.REFERENCE -> new ReferenceShard(request, resources);
      case AttnType.TILED, AttnType.JAVA, AttnType.TENSOR, AttnType.HOPPER ->
          throw new IllegalArgumentException(
              "attn-type of %s should be auto, reference, scalar or vector but got '%s'"
                  .formatted(info.id(), request.attnType().label()));
    };
  }

  /** Of the vector unit, in FP32, which is what computes whatever the storage type. */
  @Override
  public Optional<DevicePeaks> measurePeaks(AttnType attnType, AttentionProblem problem) {
    return FusedMultiplyAdd.AVAILABLE
        ? Optional.of(new PeakProbe(resources.workers()).measure())
        : Optional.empty();
  }

  @Override
  public Optional<String> copyObstacle(AttentionDevice source) {
    return source instanceof CpuDevice
        ? Optional.empty()
        : Optional.of(
            "%s and %s are of different engines".formatted(info.id(), source.info().id()));
  }

  private ShardAttention vector(ShardRequest request) {
    return DirectShard.suits(request.problem().shape())
        ? new DirectShard(request, resources)
        : new VectorShard(request, resources);
  }

  @Override
  public void close() {
    resources.close();
  }
}
