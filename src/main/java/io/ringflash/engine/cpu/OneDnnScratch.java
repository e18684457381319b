package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.TileRows.KEYS;

import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.cpu.onednn.Computation;
import io.ringflash.engine.cpu.onednn.Matmul;
import io.ringflash.engine.cpu.onednn.MatmulForm;
import io.ringflash.engine.cpu.onednn.PackedLayout;
import io.ringflash.engine.cpu.onednn.Packing;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.function.Function;

/** One worker's matrices for oneDNN, off-heap, and the computations on them that it has met. */
final class OneDnnScratch implements AutoCloseable {
  /** Most rows of a tile. */
  static final int ROWS = RowTile.ROWS;

  private static final int MAX_HEAD_DIM = AttentionShape.MAX_HEAD_DIM;

  private final Arena arena = Arena.ofShared();

  /** {@code [row][stride]}. */
  final MemorySegment queries = matrix(ROWS, MAX_HEAD_DIM);

  /** {@code [row][KEYS]}. */
  final MemorySegment scores = matrix(ROWS, KEYS);

  /** {@code [row][KEYS]}, in the type that is multiplied. */
  final MemorySegment weights = matrix(ROWS, KEYS);

  /** {@code [row][stride]}. */
  final MemorySegment accumulators = matrix(ROWS, MAX_HEAD_DIM);

  /** Sums of one tile's values, like accumulators. */
  final MemorySegment sums = matrix(ROWS, MAX_HEAD_DIM);

  /** Keys or values on their way into a packed block, {@code [key][stride]}. */
  private final MemorySegment tokens = matrix(KEYS, MAX_HEAD_DIM);

  private final FloatRows floats = new FloatRows();
  private final HalfRows brainFloats = new HalfRows();

  private final Computations matmuls = new Computations();
  private final Computations packings = new Computations();

  private MemorySegment matrix(int rows, int columns) {
    return OffHeap.allocate(arena, (long) rows * columns * Float.BYTES);
  }

  /** Writes scores of at least so many rows of queries. */
  Computation scoring(OneDnnProducts products, int rows) {
    return matmuls.get(
        products.scoring(rows),
        form -> new Matmul(products.library(), form, products.keys(), queries, scores));
  }

  /** Adds weighted values to accumulators of at least so many rows. */
  Computation accumulating(OneDnnProducts products, int rows) {
    return matmuls.get(
        products.summing(rows, true),
        form -> new Matmul(products.library(), form, products.values(), weights, accumulators));
  }

  /** Writes weighted values of at least so many rows as sums. */
  Computation summing(OneDnnProducts products, int rows) {
    return matmuls.get(
        products.summing(rows, false),
        form -> new Matmul(products.library(), form, products.values(), weights, sums));
  }

  /** Packs a tile's keys; those that it lacks are zeros. */
  void packKeys(OneDnnProducts products, HeadRows source, int count, MemorySegment target) {
    pack(products, source, count, products.scoring(ROWS), products.keys(), target);
  }

  /** Packs a tile's values; those that it lacks are zeros. */
  void packValues(OneDnnProducts products, HeadRows source, int count, MemorySegment target) {
    pack(products, source, count, products.summing(ROWS, true), products.values(), target);
  }

  private void pack(
      OneDnnProducts products,
      HeadRows source,
      int count,
      MatmulForm form,
      PackedLayout layout,
      MemorySegment target) {
    copy(products, source, count, tokens, 0);
    long rowBytes = (long) products.stride() * products.dtype().byteSize();
    tokens.asSlice(count * rowBytes, (KEYS - count) * rowBytes).fill((byte) 0);
    packings.get(form, f -> new Packing(products.library(), f, layout, tokens)).run(target);
  }

  /** Copies rows, padded, to row {@code row} of {@code target} and the next ones. */
  void copy(OneDnnProducts products, HeadRows source, int count, MemorySegment target, int row) {
    Rows found = products.dtype() == DType.BF16 ? brainFloats : floats;
    found.take(source, count, products.stride());
    long rowBytes = (long) products.stride() * products.dtype().byteSize();
    for (int i = 0; i < count; i++) {
      MemorySegment.copy(found.data(), found.at(i, 0), target, (row + i) * rowBytes, rowBytes);
    }
  }

  @Override
  public void close() {
    matmuls.close();
    packings.close();
    arena.close();
  }

  /** The latest used ones. */
  private static final class Computations {
    /** Those of some tens of problems. */
    private static final int MAX = 64;

    /** The latest used come last. */
    private final LinkedHashMap<MatmulForm, Computation> byForm =
        new LinkedHashMap<>(16, 0.75f, true);

    Computation get(MatmulForm form, Function<MatmulForm, Computation> make) {
      Computation known = byForm.get(form);
      if (known != null) {
        return known;
      }
      if (byForm.size() == MAX) {
        byForm.pollFirstEntry().getValue().close();
      }
      Computation made = make.apply(form);
      byForm.put(form, made);
      return made;
    }

    void close() {
      byForm.values().forEach(Computation::close);
      byForm.clear();
    }
  }
}
