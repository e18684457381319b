package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.MicroKernel.DEPTH;
import static io.ringflash.engine.cpu.Simd.LANES;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same chains of fused multiply-adds as plain loops, for every width of a panel. */
class MicroKernelTest {
  private final Random random = new Random(4);

  @ParameterizedTest
  @CsvSource({"0,0", "1,0", "2,3", "7,0", "64,5", "128,0"})
  void equalsPlainLoopsToTheLastBit(int depth, int gap) {
    for (boolean accumulate : new boolean[] {false, true}) {
      for (int vectors : new int[] {1, 2, 4}) {
        requireEqual(
            WideKernel::multiply, new Product(WideKernel.ROWS, depth, vectors, gap), accumulate);
      }
      for (int vectors : new int[] {1, 2}) {
        requireEqual(
            NarrowKernel::multiply,
            new Product(NarrowKernel.ROWS, depth, vectors, gap),
            accumulate);
      }
    }
  }

  @Test
  void takesTheWidestPanel() {
    requireEqual(
        MicroKernel::multiply, new Product(MicroKernel.ROWS, 7, MicroKernel.VECTORS, 0), true);
  }

  @Test
  void panelsAddUpToAnyWidth() {
    for (int vectors = 1; vectors <= 16; vectors++) {
      int rest = vectors;
      while (rest > 0) {
        int panel = MicroKernel.panelVectors(rest);
        assertThat(panel).isBetween(1, Math.min(rest, MicroKernel.VECTORS));
        rest -= panel;
      }
      assertThat(rest).isZero();
    }
  }

  private static void requireEqual(Kernel kernel, Product product, boolean accumulate) {
    float[] actual = product.c.clone();
    kernel.multiply(
        product.a,
        product.gap,
        product.b,
        (long) product.gap * Float.BYTES,
        product.columns / LANES,
        product.depth,
        actual,
        product.gap,
        product.cStride,
        accumulate);
    assertThat(actual)
        .as("%d columns, accumulate %s", product.columns, accumulate)
        .containsExactly(product.byPlainLoops(accumulate));
  }

  /** What {@link MicroKernel#multiply} takes. */
  private interface Kernel {
    void multiply(
        float[] a,
        int aAt,
        MemorySegment b,
        long bAt,
        int vectors,
        int depth,
        float[] c,
        int cAt,
        int cStride,
        boolean accumulate);
  }

  /** Matrices with a margin before them and gaps between C's rows, which must stay as they are. */
  private final class Product {
    final int rows;
    final int depth;
    final int columns;
    final int gap;
    final int cStride;
    final float[] a;
    final MemorySegment b;
    final float[] c;

    Product(int rows, int depth, int vectors, int gap) {
      this.rows = rows;
      this.depth = depth;
      this.columns = vectors * LANES;
      this.gap = gap;
      this.cStride = columns + gap;
      this.a = normal(gap + rows * DEPTH);
      float[] values = normal(gap + depth * columns);
      this.b = Arena.ofAuto().allocate((long) values.length * Float.BYTES + 1, 64);
      MemorySegment.copy(values, 0, b, ValueLayout.JAVA_FLOAT, 0, values.length);
      this.c = normal(gap + rows * cStride);
    }

    float[] byPlainLoops(boolean accumulate) {
      float[] result = Arrays.copyOf(c, c.length);
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          int at = gap + row * cStride + column;
          float sum = accumulate ? c[at] : 0;
          for (int k = 0; k < depth; k++) {
            float factor = b.getAtIndex(ValueLayout.JAVA_FLOAT, gap + (long) k * columns + column);
            sum = Math.fma(a[gap + row * DEPTH + k], factor, sum);
          }
          result[at] = sum;
        }
      }
      return result;
    }

    private float[] normal(int length) {
      float[] values = new float[length];
      for (int i = 0; i < length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return values;
    }
  }
}
