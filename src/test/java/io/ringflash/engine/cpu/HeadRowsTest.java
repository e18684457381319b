package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which lines the rows of a head ask for. */
class HeadRowsTest {
  private static final int TOKENS = 40;
  private static final int HEADS = 3;
  private static final int HEAD_DIM = 80;
  private static final long HEAD_BYTES = HEAD_DIM * Float.BYTES;

  /** The first rows are read before they could be asked for. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8, 9, 12, 30})
  void rowsThatComeLaterAreAskedForOnce(int count) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.allocate(arena, DType.FP32, 1, TOKENS, HEADS, HEAD_DIM);
      assertThat(asked(tensor, count)).isEqualTo(rows(tensor, 8, count));
    }
  }

  @Test
  void memoryOfTheHeapIsNot() {
    MemorySegment heap = MemorySegment.ofArray(new float[TOKENS * HEADS * HEAD_DIM]);
    Tensor tensor = Tensor.of(heap, DType.FP32, 1, TOKENS, HEADS, HEAD_DIM);
    assertThat(asked(tensor, 30)).isEmpty();
  }

  /** The addresses of the rows that are asked for while {@code count} are read. */
  private static List<Long> asked(Tensor tensor, int count) {
    List<Long> asked = new ArrayList<>();
    HeadRows rows = HeadRows.of(tensor, 0, 5, 1);
    for (int row = 0; row < count; row++) {
      rows.prefetchAfter(
          row,
          count,
          (address, step, some, lines) -> {
            assertThat(lines * (long) Prefetch.LINE).isEqualTo(HEAD_BYTES);
            LongStream.range(0, some).forEach(i -> asked.add(address + i * step));
          });
    }
    return asked;
  }

  private static List<Long> rows(Tensor tensor, int from, int to) {
    long first = tensor.data().address() + tensor.byteOffset(0, 5, 1, 0);
    return LongStream.range(from, to).map(row -> first + row * HEADS * HEAD_BYTES).boxed().toList();
  }
}
