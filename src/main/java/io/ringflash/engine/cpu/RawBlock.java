package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.StopSignal;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A K/V block in the storage type, unpacked: for kernels that visit one key at a time. Lasting
 * blocks are read where they lie.
 */
final class RawBlock implements CpuBlock<RawBlock> {
  private final MemoryPool.Lease memory;
  private final Tensor k;
  private final Tensor v;
  private KeyValueBlock content = new KeyValueBlock(List.of());

  RawBlock(AttentionProblem problem, List<KeyValueBlock> candidates, MemoryPool.Lease memory) {
    this.memory = memory;
    AttentionShape shape = problem.shape();
    long keys =
        candidates.stream()
            .filter(block -> !block.lasting())
            .mapToLong(KeyValueBlock::length)
            .max()
            .orElse(0);
    this.k = allocate(problem.dtype(), shape, keys);
    this.v = allocate(problem.dtype(), shape, keys);
  }

  private Tensor allocate(DType dtype, AttentionShape shape, long keys) {
    long elements = shape.batch() * keys * shape.kvHeads() * shape.headDim();
    return Tensor.of(
        memory.allocate(elements * dtype.byteSize(), dtype.byteSize()),
        dtype,
        shape.batch(),
        keys,
        shape.kvHeads(),
        shape.headDim());
  }

  @Override
  public void load(KeyValueBlock block, WorkerPool pool, StopSignal stop) {
    load(block);
  }

  private void load(KeyValueBlock block) {
    content = block.lasting() ? block : new KeyValueBlock(copyParts(block));
  }

  @Override
  public List<PositionSlice> positions() {
    return content.positions();
  }

  @Override
  public void copy(RawBlock source, WorkerPool pool) {
    load(source.content);
  }

  private List<KeyValuePart> copyParts(KeyValueBlock block) {
    List<KeyValuePart> loaded = new ArrayList<>();
    long at = 0;
    for (KeyValuePart part : block.parts()) {
      long length = part.positions().length();
      Tensor keys = k.slice(1, at, length, 1);
      Tensor values = v.slice(1, at, length, 1);
      keys.copyFrom(part.k());
      values.copyFrom(part.v());
      loaded.add(new KeyValuePart(part.positions(), keys, values));
      at += length;
    }
    return loaded;
  }

  /** Copies tokens of a slice, from {@code from} on. */
  void read(int part, long from, Tensor keys, Tensor values) {
    KeyValuePart source = parts().get(part);
    keys.copyFrom(source.k().slice(1, from, keys.dim(1), 1));
    values.copyFrom(source.v().slice(1, from, values.dim(1), 1));
  }

  List<KeyValuePart> parts() {
    return content.parts();
  }

  @Override
  public void close() {
    memory.close();
  }
}
