package io.ringflash.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The merge alone against FP64: vllm-omni's cases, at its tolerance. */
class PartialAttentionMergeTest {
  private static final double TOLERANCE = 2e-6;

  private final Arena arena = Arena.ofAuto();

  /**
   * One block's result.
   *
   * @param out {@code (batch, seqLen, heads, headDim)}
   * @param lse {@code (batch, heads, seqLen)}
   */
  private record Partial(Tensor out, Tensor lse) {}

  @ParameterizedTest
  @CsvSource({"1,17,3,128", "2,7,4,64", "2,9,3,80"})
  void twoBlocks(int batch, int seqLen, int heads, int headDim) {
    requireExact(partials(2, 1, batch, seqLen, heads, headDim));
  }

  @Test
  void eightHopsWithFarLse() {
    requireExact(partials(8, 8, 2, 19, 3, 80));
  }

  @Test
  void anyOrder() {
    List<Partial> partials = partials(8, 3, 2, 19, 3, 80);
    for (int seed = 0; seed < 6; seed++) {
      List<Partial> shuffled = new ArrayList<>(partials);
      Collections.shuffle(shuffled, new Random(seed));
      requireExact(shuffled);
    }
  }

  @Test
  void rowsThatSeeNothingInSomeBlocks() {
    List<Partial> partials = partials(5, 2, 2, 19, 3, 80);
    for (int p = 0; p < partials.size(); p++) {
      hideEveryThirdRow(partials.get(p), p);
    }
    requireExact(partials);
    requireExact(partials.reversed());
  }

  @Test
  void lseOfPlusAndMinusAThousand() {
    List<Partial> partials = partials(4, 1, 2, 7, 4, 64);
    for (int p = 0; p < partials.size(); p++) {
      shift(partials.get(p).lse(), p % 2 == 0 ? 1000 : -1000);
    }
    requireExact(partials);
    requireExact(partials.reversed());
  }

  /** A shard whose slices are merged one by one: each belongs to rows of its own. */
  @Test
  void slicesOfAShard() {
    Partial first = partials(1, 1, 2, 5, 3, 16).getFirst();
    Partial second = partials(2, 1, 2, 4, 3, 16).getLast();
    PartialAttention state = new PartialAttention(arena, 2, 3, 9, 16);
    state.merge(second.out(), second.lse(), 5);
    state.merge(first.out(), first.lse(), 0);
    requireRows(state, List.of(first), 0);
    requireRows(state, List.of(second), 5);
  }

  private void requireExact(List<Partial> partials) {
    Tensor shape = partials.getFirst().out();
    PartialAttention state =
        new PartialAttention(
            arena, (int) shape.dim(0), (int) shape.dim(2), shape.dim(1), (int) shape.dim(3));
    for (Partial partial : partials) {
      state.merge(partial.out(), partial.lse(), 0);
    }
    requireRows(state, partials, 0);
  }

  private void requireRows(PartialAttention state, List<Partial> partials, long firstQuery) {
    Tensor shape = partials.getFirst().out();
    for (int b = 0; b < shape.dim(0); b++) {
      for (int h = 0; h < shape.dim(2); h++) {
        for (int i = 0; i < shape.dim(1); i++) {
          requireRow(state, state.row(b, h, firstQuery + i), partials, b, h, i);
        }
      }
    }
  }

  private void requireRow(
      PartialAttention state, long row, List<Partial> partials, int b, int h, int i) {
    float[] actual = new float[state.headDim()];
    float lse = state.finishRow(row, actual);
    double max = Double.NEGATIVE_INFINITY;
    for (Partial partial : partials) {
      max = Math.max(max, partial.lse().get(b, h, i));
    }
    if (max == Double.NEGATIVE_INFINITY) {
      assertThat(lse).isEqualTo(Float.NEGATIVE_INFINITY);
      return;
    }
    double sum = 0;
    double[] weighted = new double[state.headDim()];
    for (Partial partial : partials) {
      double weight = Math.exp(partial.lse().get(b, h, i) - max);
      sum += weight;
      for (int d = 0; d < weighted.length; d++) {
        weighted[d] += weight * partial.out().get(b, i, h, d);
      }
    }
    requireClose(lse, max + Math.log(sum));
    for (int d = 0; d < weighted.length; d++) {
      requireClose(actual[d], weighted[d] / sum);
    }
  }

  private static void requireClose(float actual, double expected) {
    assertThat((double) actual)
        .isCloseTo(expected, offset(TOLERANCE + TOLERANCE * Math.abs(expected)));
  }

  private List<Partial> partials(
      int count, float lseScale, int batch, int seqLen, int heads, int headDim) {
    Random random = new Random(count * 31L + headDim);
    List<Partial> partials = new ArrayList<>();
    for (int p = 0; p < count; p++) {
      partials.add(
          new Partial(
              normal(random, 1, batch, seqLen, heads, headDim),
              normal(random, lseScale, batch, heads, seqLen)));
    }
    return partials;
  }

  private Tensor normal(Random random, float scale, long... shape) {
    Tensor tensor = Tensor.allocate(arena, DType.FP32, shape);
    for (long i = 0; i < tensor.size(); i++) {
      DType.FP32.store(tensor.data(), i * Float.BYTES, scale * (float) random.nextGaussian());
    }
    return tensor;
  }

  private static void hideEveryThirdRow(Partial partial, int first) {
    Tensor lse = partial.lse();
    for (long b = 0; b < lse.dim(0); b++) {
      for (long h = 0; h < lse.dim(1); h++) {
        for (long i = first % 3; i < lse.dim(2); i += 3) {
          lse.set(Float.NEGATIVE_INFINITY, b, h, i);
        }
      }
    }
  }

  private static void shift(Tensor tensor, float by) {
    for (long i = 0; i < tensor.size(); i++) {
      long at = i * Float.BYTES;
      DType.FP32.store(tensor.data(), at, DType.FP32.load(tensor.data(), at) + by);
    }
  }
}
