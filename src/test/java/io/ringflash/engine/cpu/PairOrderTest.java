package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PairOrderTest {
  private static final int FROM = 3;
  private static final int LENGTH = 2 * PairOrder.GROUP;

  @Test
  void elementsOfEvenIndexComeFirstInEachGroup() {
    float[] elements = counted();

    PairOrder.split(elements, FROM, LENGTH);

    for (int i = 0; i < LENGTH; i++) {
      int group = i / PairOrder.GROUP * PairOrder.GROUP;
      int lane = i % LANES;
      int odd = i % PairOrder.GROUP / LANES;
      assertThat(elements[FROM + i]).isEqualTo(FROM + group + 2 * lane + odd);
    }
    assertThat(elements).startsWith(0, 1, 2).endsWith(FROM + LENGTH);
  }

  @Test
  void joiningBringsThemBack() {
    float[] elements = counted();

    PairOrder.split(elements, FROM, LENGTH);
    PairOrder.join(elements, FROM, LENGTH);

    assertThat(elements).isEqualTo(counted());
  }

  private static float[] counted() {
    float[] elements = new float[FROM + LENGTH + 1];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = i;
    }
    return elements;
  }
}
