package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention of few queries, such as a decode step's one: K and V are read once, unpacked, where
 * they lie. Work is cut along the keys, so that all threads read however few heads there are.
 *
 * <p>Each stretch of keys is attended alone and merged by log-sum-exp, in the keys' order: what a
 * row sees is grouped the same way for any number of threads and devices.
 */
final class DirectShard extends StateShard<RawBlock> {
  /** Rows per K/V head up to which packing costs more than it saves. */
  private static final int FEW_ROWS_PER_HEAD = 16;

  /** The same from {@link #MANY_KEYS} on: packed, they are in no cache when they are read. */
  private static final int MAX_ROWS_PER_HEAD = PairKernel.ROWS;

  private static final int MANY_KEYS = 4096;

  /** Most stretches at a time: as many results may have to wait for the first. */
  private static final int MAX_STRETCHES = 128;

  /** Most neighbours that a thread takes at once. */
  private static final int MAX_RUN = 8;

  /** The time of a row and key's element, bound by memory, in floating-point operations. */
  private static final long OPERATIONS = 16;

  /** Keys that are attended alone, of one batch entry. */
  private record Stretch(int batch, KeyValuePart keys) {}

  /** Stretches {@code from} to {@code to}. */
  record Run(int from, int to) {}

  private final List<RowTile> rowTiles;

  DirectShard(ShardRequest request, CpuResources resources) {
    super(request, resources, RawBlock.class);
    this.rowTiles = RowTile.cutAllHeads(request.queries(), shape, MAX_ROWS_PER_HEAD);
  }

  /**
   * Whether a problem has few rows. This looks at the whole problem and not at a shard's part of
   * it, so that the kernel is the same on any ring.
   */
  static boolean suits(AttentionShape shape) {
    long rowsPerHead = shape.seqLenQ() * shape.groupSize();
    int most = shape.seqLenK() < MANY_KEYS ? FEW_ROWS_PER_HEAD : MAX_ROWS_PER_HEAD;
    return rowsPerHead > 0 && rowsPerHead <= most;
  }

  @Override
  public String kernel() {
    return "vector";
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
    List<Stretch> stretches = stretches(block);
    for (RowTile rows : rowTiles) {
      for (int from = 0; from < stretches.size(); from += MAX_STRETCHES) {
        int to = Math.min(stretches.size(), from + MAX_STRETCHES);
        fold(rows, stretches.subList(from, to));
      }
    }
  }

  private List<Stretch> stretches(RawBlock block) {
    List<Stretch> stretches = new ArrayList<>();
    for (int batch = 0; batch < shape.batch(); batch++) {
      for (KeyValuePart part : block.parts()) {
        long length = part.positions().length();
        for (long at = 0; at < length; at += KeyValueBlock.CANONICAL_TILE) {
          long count = Math.min(KeyValueBlock.CANONICAL_TILE, length - at);
          PositionSlice positions = part.positions().sub(at, count);
          Tensor k = part.k().slice(1, at, count, 1);
          Tensor v = part.v().slice(1, at, count, 1);
          stretches.add(new Stretch(batch, new KeyValuePart(positions, k, v)));
        }
      }
    }
    return stretches;
  }

  private void fold(RowTile rows, List<Stretch> stretches) {
    long keys = stretches.stream().mapToLong(stretch -> stretch.keys().positions().length()).sum();
    int stride = PairKernel.stride(shape.headDim());
    MergedRows merged =
        new MergedRows(rows, state, stride, PairOrder.isOf(request.problem().dtype()));
    WorkerPool workers = resources.workers();
    List<Run> runs = runs(stretches.size(), workers.threads());
    try (MemoryPool.Lease memory = resources.memory().lease();
        DirectTiles tiles = new DirectTiles(request.problem(), rows, resources)) {
      OrderedResults<StretchResult> results =
          new OrderedResults<>(
              stretches.size(), () -> new StretchResult(rows.rows(), stride, memory), merged::add);
      workers.run(
          runs.size(),
          OPERATIONS * rows.rows() * keys * shape.headDim(),
          run -> attend(tiles, stretches, runs.get(run), results));
    }
    merged.store();
  }

  /**
   * Cuts stretches into runs for threads that take one after the other. A thread that goes on where
   * it was finds the next keys fetched; that no run is long lets results be merged soon. The last
   * are shorter, half of what would be a thread's part of the rest (guided self-scheduling:
   * Polychronopoulos and Kuck, 1987), so that all end together.
   */
  static List<Run> runs(int stretches, int threads) {
    List<Run> runs = new ArrayList<>();
    int from = 0;
    while (from < stretches) {
      int to = from + Math.min(MAX_RUN, Math.ceilDiv(stretches - from, 2 * threads));
      runs.add(new Run(from, to));
      from = to;
    }
    return runs;
  }

  private void attend(
      DirectTiles tiles, List<Stretch> stretches, Run run, OrderedResults<StretchResult> results) {
    DirectTile tile = tiles.take();
    try {
      for (int item = run.from(); item < run.to(); item++) {
        request.stop().check();
        Stretch stretch = stretches.get(item);
        if (tile.attend(stretch.batch(), stretch.keys())) {
          StretchResult result = results.take();
          result.copy(stretch.batch(), tile.scratch());
          results.end(item, result);
        } else {
          results.end(item, null);
        }
      }
    } finally {
      tiles.giveBack(tile);
    }
  }
}
