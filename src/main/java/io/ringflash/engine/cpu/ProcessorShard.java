package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.BlockProcessor;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Hands each pair of slices to the caller's own processor and merges what it returns. */
final class ProcessorShard extends StateShard<RawBlock> {
  private final BlockProcessor processor;

  ProcessorShard(ShardRequest request, CpuResources resources, BlockProcessor processor) {
    super(request, resources, RawBlock.class);
    this.processor = processor;
  }

  @Override
  public String kernel() {
    return "processor";
  }

  @Override
  public KeyValueBuffer allocate(List<KeyValueBlock> candidates) {
    return new RawBlock(request.problem(), candidates, resources.memory().lease());
  }

  @Override
  public void read(KeyValueBuffer buffer, int part, long from, Tensor k, Tensor v) {
    ((RawBlock) buffer).read(part, from, k, v);
  }

  @Override
  void foldBlock(RawBlock block) {
    long firstQuery = 0;
    for (QueryPart queries : request.queries()) {
      for (KeyValuePart keys : block.parts()) {
        request.stop().check();
        fold(queries, keys, firstQuery);
      }
      firstQuery += queries.positions().length();
    }
  }

  private void fold(QueryPart queries, KeyValuePart keys, long firstQuery) {
    AttentionProblem problem = request.problem();
    BlockProcessor.Block block =
        new BlockProcessor.Block(
            problem, queries.q(), queries.positions(), keys.k(), keys.v(), keys.positions());
    if (block.mask() == BlockMask.EMPTY) {
      return;
    }
    BlockProcessor.Result result = processor.process(block);
    long length = queries.positions().length();
    requireForm("out", result.out(), shape.batch(), length, shape.heads(), shape.headDim());
    requireForm("lse", result.lse(), shape.batch(), shape.heads(), length);
    state.merge(result.out(), result.lse(), firstQuery);
  }

  private static void requireForm(String name, Tensor tensor, long... expected) {
    if (tensor.dtype() != DType.FP32 || !Arrays.equals(tensor.shape(), expected)) {
      throw new IllegalArgumentException(
          "a block processor's %s should be fp32%s but got %s"
              .formatted(name, Arrays.toString(expected), tensor));
    }
  }
}
