package io.ringflash.engine.cpu.onednn;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MatmulTest {
  private static final int ROWS = 48;
  private static final int DEPTH = 32;
  private static final int COLUMNS = 40;

  private final OneDnn library = InstalledOneDnn.require();

  @Test
  void multiplies() {
    check(new MatmulForm(DType.FP32, ROWS, DEPTH, COLUMNS, false, 1, false));
  }

  @Test
  void transposesAndScales() {
    check(new MatmulForm(DType.FP32, ROWS, DEPTH, COLUMNS, true, 0.125f, false));
  }

  @Test
  void accumulates() {
    check(new MatmulForm(DType.FP32, ROWS, DEPTH, COLUMNS, false, 1, true));
  }

  /** Products of unlike numbers of rows share a packed B. */
  @Test
  void layoutsDoNotDependOnRows() {
    check(new MatmulForm(DType.FP32, 16, DEPTH, COLUMNS, true, 1, false));
    check(new MatmulForm(DType.FP32, 192, DEPTH, COLUMNS, true, 1, false));
  }

  @Test
  void multipliesBrainFloats() {
    assumeTrue(library.multipliesBrainFloats(), "oneDNN multiplies no BF16 on this CPU");
    check(new MatmulForm(DType.BF16, ROWS, DEPTH, COLUMNS, true, 0.125f, false));
    check(new MatmulForm(DType.BF16, ROWS, DEPTH, COLUMNS, false, 1, true));
  }

  /** What the thread does with OpenMP otherwise is none of ours. */
  @Test
  void givesThreadsBack() {
    int before = library.useOneThread();
    assumeTrue(before > 1, "oneDNN computes on one thread here");
    library.useThreads(3);
    assertThat(library.useOneThread()).isEqualTo(3);
    library.useThreads(before);
    assertThat(library.useOneThread()).isEqualTo(before);
    library.useThreads(before);
  }

  private void check(MatmulForm form) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment a = random(arena, 1, form.dtype(), form.rows() * form.depth());
      MemorySegment b = random(arena, 2, form.dtype(), form.depth() * form.columns());
      MemorySegment c = random(arena, 3, DType.FP32, form.rows() * form.columns());
      float[] expected = product(form, a, b, c);
      PackedLayout layout = library.layout(form);
      MemorySegment packed = arena.allocate(layout.byteSize(), 64);
      int threads = library.useOneThread();
      try (Packing packing = new Packing(library, form, layout, b);
          Matmul matmul = new Matmul(library, form, layout, a, c)) {
        packing.run(packed);
        matmul.run(packed);
      } finally {
        library.useThreads(threads);
      }
      for (int i = 0; i < expected.length; i++) {
        assertThat(c.getAtIndex(JAVA_FLOAT, i))
            .as("%s, element %d", form, i)
            .isCloseTo(expected[i], within(1e-5f * form.depth()));
      }
    }
  }

  private static MemorySegment random(Arena arena, long seed, DType dtype, int elements) {
    Random random = new Random(seed);
    MemorySegment matrix = arena.allocate((long) elements * dtype.byteSize(), 64);
    for (int i = 0; i < elements; i++) {
      dtype.store(matrix, (long) i * dtype.byteSize(), random.nextFloat(-1, 1));
    }
    return matrix;
  }

  private static float[] product(
      MatmulForm form, MemorySegment a, MemorySegment b, MemorySegment c) {
    int bytes = form.dtype().byteSize();
    float[] product = new float[form.rows() * form.columns()];
    for (int i = 0; i < product.length; i++) {
      int row = i / form.columns();
      int column = i % form.columns();
      double sum = 0;
      for (int k = 0; k < form.depth(); k++) {
        long at = form.transposed() ? column * form.depth() + k : k * form.columns() + column;
        sum +=
            (double) form.dtype().load(a, (row * form.depth() + k) * (long) bytes)
                * form.dtype().load(b, at * bytes);
      }
      product[i] =
          (float) (form.scale() * sum + (form.accumulates() ? c.getAtIndex(JAVA_FLOAT, i) : 0));
    }
    return product;
  }
}
