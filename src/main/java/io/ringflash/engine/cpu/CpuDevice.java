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
import io.ringflash.engine.cpu.onednn.OneDnn;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

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
   * The state, which tiled kernels can do without if all keys come in one block, and blocks where
   * the kernel packs them; others are read where they lie.
   */
  @Override
  public long memoryBytes(ShardSize size) {
    AttentionShape shape = size.problem().shape();
    long bytes = PartialAttention.byteSize(size.rows(), shape.headDim());
    if (size.processor()) {
      return bytes;
    }
    if (size.attnType() == AttnType.ONEDNN) {
      OneDnnProducts products = new OneDnnProducts(OneDnn.load(), size.problem());
      return bytes + packedBytes(size, tiles -> OneDnnBlock.packedBytes(shape, products, tiles));
    }
    boolean vector = size.attnType() == AttnType.AUTO || size.attnType() == AttnType.VECTOR;
    boolean packs = vector && FusedMultiplyAdd.AVAILABLE && !DirectShard.suits(shape);
    return packs ? bytes + packedBytes(size, tiles -> PackedBlock.byteSize(shape, tiles)) : bytes;
  }

  private static long packedBytes(ShardSize size, LongUnaryOperator bytesOfTiles) {
    return size.buffers().stream()
        .mapToLong(buffer -> bytesOfTiles.applyAsLong(buffer.tiles(PackedBlock.KEYS)))
        .sum();
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
        FusedMultiplyAdd.require(info.id(), request.attnType());
        yield vector(request);
      }
      case AttnType.SCALAR -> new ScalarShard(request, resources);
      case AttnType.REFERENCE -> new ReferenceShard(request, resources);
      case AttnType.ONEDNN -> oneDnn(request);
      case AttnType.TILED, AttnType.JAVA, AttnType.TENSOR, AttnType.HOPPER ->
          throw new IllegalArgumentException(
              "attn-type of %s should be auto, reference, scalar, vector or onednn but got '%s'"
                  .formatted(info.id(), request.attnType().label()));
    };
  }

  /**
   * Of the vector unit, in FP32, which is what computes whatever the storage type. There is no
   * probe of what oneDNN computes with.
   */
  @Override
  public Optional<DevicePeaks> measurePeaks(AttnType attnType, AttentionProblem problem) {
    return FusedMultiplyAdd.AVAILABLE && attnType != AttnType.ONEDNN
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

  private ShardAttention oneDnn(ShardRequest request) {
    if (request.deterministic()) {
      // How its products are added up may depend on how many rows there are.
      throw new IllegalArgumentException(
          "deterministic should come with an attn-type whose results don't depend on how rows are cut, such as vector, but got 'onednn'");
    }
    FusedMultiplyAdd.require(info.id(), request.attnType());
    return new OneDnnShard(request, resources, OneDnn.load());
  }

  @Override
  public void close() {
    resources.close();
  }
}
