package io.ringflash.engine.cpu;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.Tensor;
import java.util.List;

/** Kernels that visit one query at a time, with plain loops. */
abstract class RowShard extends StateShard<RawBlock> {
  RowShard(ShardRequest request, CpuResources resources) {
    super(request, resources, RawBlock.class);
  }

  /** Folds the keys of {@code context} into one row of the state. */
  abstract void foldRow(RowContext context, long row, int query);

  @Override
  public KeyValueBuffer allocate(List<KeyValueBlock> candidates) {
    return new RawBlock(request.problem(), candidates, resources.memory().lease());
  }

  @Override
  public void read(KeyValueBuffer buffer, int part, long from, Tensor k, Tensor v) {
    ((RawBlock) buffer).read(part, from, k, v);
  }

  @Override
  final void foldBlock(RawBlock block) {
    resources
        .workers()
        .run(
            shape.batch() * shape.heads(),
            item -> {
              int batch = item / shape.heads();
              int head = item % shape.heads();
              for (KeyValuePart keys : block.parts()) {
                foldPart(batch, head, keys);
              }
            });
  }

  private void foldPart(int batch, int head, KeyValuePart keys) {
    long length = keys.positions().length();
    for (long at = 0; at < length; at += KeyValueBlock.CANONICAL_TILE) {
      long count = Math.min(KeyValueBlock.CANONICAL_TILE, length - at);
      foldTile(
          batch,
          head,
          new KeyValuePart(
              keys.positions().sub(at, count),
              keys.k().slice(1, at, count, 1),
              keys.v().slice(1, at, count, 1)));
    }
  }

  private void foldTile(int batch, int head, KeyValuePart keys) {
    int kvHead = head / shape.groupSize();
    float[] k = rows(keys.k(), batch, kvHead);
    float[] v = rows(keys.v(), batch, kvHead);
    long firstQuery = 0;
    for (QueryPart queries : request.queries()) {
      float[] q = rows(queries.q(), batch, head);
      RowContext context =
          new RowContext(
              request.problem(), batch, head, q, queries.positions(), k, v, keys.positions());
      for (int i = 0; i < queries.positions().length(); i++) {
        request.stop().check();
        foldRow(context, state.row(batch, head, firstQuery + i), i);
      }
      firstQuery += queries.positions().length();
    }
  }

  /** One head's rows, converted to FP32. */
  private static float[] rows(Tensor tensor, int batch, int head) {
    int length = Math.toIntExact(tensor.dim(1));
    int headDim = Math.toIntExact(tensor.dim(3));
    float[] rows = new float[Math.multiplyExact(length, headDim)];
    for (int i = 0; i < length; i++) {
      tensor.readRow(rows, i * headDim, batch, i, head);
    }
    return rows;
  }
}
