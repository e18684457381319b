package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;
import static io.ringflash.engine.cpu.TileRows.KEYS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Queue;
import jdk.incubator.vector.FloatVector;

/** Products of oneDNN on a packed block. */
final class OneDnnTiles implements KeyTiles {
  private final AttentionProblem problem;
  private final OneDnnProducts products;
  private final RowTile rows;
  private final int head;
  private final int batch;
  private final int kvHead;
  private final int firstHead;
  private final int stride;
  private final OneDnnBlock block;
  private final TileRows tile;
  private final OneDnnScratch scratch;
  private final Queue<OneDnnScratch> idle;

  /** What the calling thread's other computations with OpenMP may use; 0 until this begins. */
  private int threadsBefore;

  /**
   * @param tile scratch memory
   * @param scratch more of it, in use until this is closed
   * @param idle takes it back then
   */
  OneDnnTiles(
      AttentionProblem problem,
      OneDnnProducts products,
      WorkItem item,
      OneDnnBlock block,
      TileRows tile,
      OneDnnScratch scratch,
      Queue<OneDnnScratch> idle) {
    AttentionShape shape = problem.shape();
    this.problem = problem;
    this.products = products;
    this.rows = item.rows();
    this.head = item.head();
    this.batch = item.batch(shape);
    this.kvHead = item.kvHead(shape);
    this.firstHead = item.firstHead(shape);
    this.stride = products.stride();
    this.block = block;
    this.tile = tile;
    this.scratch = scratch;
    this.idle = idle;
  }

  @Override
  public void begin() {
    threadsBefore = products.library().useOneThread();
    block.require(head, scratch);
    tile.queries.locateAll(problem, rows, batch, firstHead);
    Tensor q = rows.part().q();
    for (int r = 0; r < rows.rows(); r += rows.queries()) {
      HeadRows source = HeadRows.of(q, batch, rows.query(r), firstHead + rows.head(r));
      scratch.copy(products, source, rows.queries(), scratch.queries, r);
    }
    int elements = rows.rows() * stride;
    MemorySegment.copy(tile.accumulators, 0, scratch.accumulators, JAVA_FLOAT, 0, elements);
  }

  @Override
  public KeyTileIndex index() {
    return block.tiles();
  }

  @Override
  public void scoreKeys(int index) {
    scratch.scoring(products, rows.rows()).run(block.keys(head, index));
  }

  @Override
  public void weighKeys(PositionSlice keys, boolean all) {
    boolean whole = all && keys.length() == KEYS;
    if (whole && takesScoresAsTheyAre()) {
      tile.softmax(rows, scratch.scores, scratch.weights);
    } else {
      MemorySegment.copy(scratch.scores, JAVA_FLOAT, 0, tile.scores, 0, rows.rows() * KEYS);
      tile.weigh(problem, rows, batch, firstHead, keys, all);
      storeWeights(whole);
    }
  }

  /** Whether weights of whole tiles come from scores without a detour. */
  private boolean takesScoresAsTheyAre() {
    return products.dtype() == DType.BF16
        && problem.softcap() == 0
        && !problem.alibi().enabled()
        && !problem.dropout().enabled();
  }

  @Override
  public void addValues(int index, BlockMask mask) {
    rescale();
    if (mask == BlockMask.PARTIAL || problem.dropout().enabled()) {
      scratch.summing(products, rows.rows()).run(block.values(head, index));
      if (areFinite()) {
        addSums();
      } else {
        addVisible(index);
      }
    } else {
      scratch.accumulating(products, rows.rows()).run(block.values(head, index));
    }
  }

  private void rescale() {
    for (int r = 0; r < rows.rows(); r++) {
      float factor = tile.factor(r);
      if (factor != 1) {
        for (int i = r * stride; i < (r + 1) * stride; i += LANES) {
          put(vector(scratch.accumulators, i).mul(factor), scratch.accumulators, i);
        }
      }
    }
  }

  /** Brings weights into the type that is multiplied; those of keys that nobody sees are zeros. */
  private void storeWeights(boolean whole) {
    if (whole) {
      storeWeights(0, rows.rows() * KEYS);
      return;
    }
    long rowBytes = (long) KEYS * products.dtype().byteSize();
    scratch.weights.asSlice(0, rows.rows() * rowBytes).fill((byte) 0);
    for (int r = 0; r < rows.rows(); r++) {
      int from = tile.visible.firstVector(r);
      storeWeights(r * KEYS + from, tile.visible.endVector(r) - from);
    }
  }

  private void storeWeights(int from, int count) {
    long to = (long) from * products.dtype().byteSize();
    if (products.dtype() == DType.BF16) {
      Narrowing.brainFloats(tile.scores, from, scratch.weights, to, count);
    } else {
      MemorySegment.copy(tile.scores, from, scratch.weights, JAVA_FLOAT, to, count);
    }
  }

  /** Whether no sum is NaN or infinite: hidden values can only have made such ones. */
  private boolean areFinite() {
    FloatVector zeroIfFinite = FloatVector.zero(SPECIES);
    for (int i = 0; i < rows.rows() * stride; i += LANES) {
      zeroIfFinite = vector(scratch.sums, i).fma(FloatVector.zero(SPECIES), zeroIfFinite);
    }
    return Simd.sum(zeroIfFinite) == 0;
  }

  private void addSums() {
    MemorySegment accumulators = scratch.accumulators;
    for (int i = 0; i < rows.rows() * stride; i += LANES) {
      put(vector(accumulators, i).add(vector(scratch.sums, i)), accumulators, i);
    }
  }

  /** Adds values one by one; a hidden key's NaN or infinity is not touched: 0 · NaN is not 0. */
  private void addVisible(int index) {
    Tensor v = index().part(index).v();
    long first = index().firstKey(index);
    long count = index().keys(index).length();
    float[] value = new float[stride];
    for (int key = 0; key < count; key++) {
      v.readRow(value, 0, batch, first + key, kvHead);
      for (int r = 0; r < rows.rows(); r++) {
        int weight = r * KEYS + key;
        boolean visible = tile.visible.first(r) <= key && key < tile.visible.end(r);
        if (visible && !tile.dropped(weight)) {
          addValue(r, tile.scores[weight], value);
        }
      }
    }
  }

  private void addValue(int r, float weight, float[] value) {
    for (int d = 0; d < stride; d += LANES) {
      FloatVector sum = vector(scratch.accumulators, r * stride + d);
      FloatVector added = FloatVector.fromArray(SPECIES, value, d);
      put(
          added.fma(FloatVector.broadcast(SPECIES, weight), sum),
          scratch.accumulators,
          r * stride + d);
    }
  }

  private static FloatVector vector(MemorySegment matrix, int at) {
    return FloatVector.fromMemorySegment(SPECIES, matrix, (long) at * Float.BYTES, NATIVE);
  }

  private static void put(FloatVector vector, MemorySegment matrix, int at) {
    vector.intoMemorySegment(matrix, (long) at * Float.BYTES, NATIVE);
  }

  @Override
  public void end() {
    int elements = rows.rows() * stride;
    MemorySegment.copy(scratch.accumulators, JAVA_FLOAT, 0, tile.accumulators, 0, elements);
  }

  @Override
  public void close() {
    if (threadsBefore > 0) {
      products.library().useThreads(threadsBefore);
    }
    idle.add(scratch);
  }
}
