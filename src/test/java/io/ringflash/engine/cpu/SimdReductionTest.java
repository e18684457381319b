package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class SimdReductionTest {
  @Test
  void sumCountsEveryLaneOnce() {
    for (int lane = 0; lane < LANES; lane++) {
      float[] values = new float[LANES];
      values[lane] = 3;
      assertThat(sum(values)).isEqualTo(3);
    }
    float[] powers = new float[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      powers[lane] = 1 << lane;
    }
    assertThat(sum(powers)).isEqualTo((1 << LANES) - 1);
  }

  /** Halves are added to halves, down to one lane: the order is part of the deterministic bits. */
  @Test
  void sumHasOneOrder() {
    Random random = new Random(5);
    for (int i = 0; i < 1000; i++) {
      float[] values = new float[LANES];
      for (int lane = 0; lane < LANES; lane++) {
        values[lane] = (float) random.nextGaussian();
      }
      assertThat(sum(values)).isEqualTo(byHalves(values));
    }
  }

  /** A score has the same bits whether its lanes are summed alone or beside others. */
  @Test
  void laneSumsAreSums() {
    Random random = new Random(6);
    float[] vectors = new float[3 + LANES * LANES];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (float) random.nextGaussian();
    }
    float[] expected = new float[LANES];
    for (int i = 0; i < LANES; i++) {
      expected[i] = Simd.sum(FloatVector.fromArray(SPECIES, vectors, 3 + i * LANES));
    }
    assertThat(LaneSums.of(vectors, 3).toArray()).isEqualTo(expected);
  }

  @Test
  void maxFindsTheLargestLane() {
    for (int lane = 0; lane < LANES; lane++) {
      float[] values = new float[LANES];
      Arrays.fill(values, -5);
      values[lane] = -2;
      assertThat(max(values)).isEqualTo(-2);
    }
  }

  /** Never a number that no lane has: whether it is NaN does not matter to softmax. */
  @Test
  void maxAmongNans() {
    for (int lane = 0; lane < LANES; lane++) {
      float[] values = new float[LANES];
      Arrays.fill(values, -5);
      values[lane] = Float.NaN;
      float max = max(values);
      assertThat(Float.isNaN(max) || max == -5).isTrue();
    }
  }

  @Test
  void maxOfNothing() {
    float[] values = new float[LANES];
    Arrays.fill(values, Float.NEGATIVE_INFINITY);
    assertThat(max(values)).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  @Test
  void paddedIsTheNextMultiple() {
    assertThat(Simd.padded(0)).isZero();
    assertThat(Simd.padded(1)).isEqualTo(LANES);
    assertThat(Simd.padded(LANES)).isEqualTo(LANES);
    assertThat(Simd.padded(LANES + 1)).isEqualTo(2 * LANES);
  }

  private static float sum(float[] values) {
    return Simd.sum(FloatVector.fromArray(SPECIES, values, 0));
  }

  private static float max(float[] values) {
    return Simd.max(FloatVector.fromArray(SPECIES, values, 0));
  }

  private static float byHalves(float[] values) {
    float[] rest = values.clone();
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        rest[lane] += rest[lane + half];
      }
    }
    return rest[0];
  }
}
