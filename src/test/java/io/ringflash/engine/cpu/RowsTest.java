package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which lines rows ask for. */
class RowsTest {
  private static final int BATCH = 4;
  private static final int HEADS = 3;
  private static final int HEAD_DIM = 96;
  private static final long HEAD_BYTES = HEAD_DIM * Float.BYTES;
  private static final long ROW_BYTES = HEADS * HEAD_BYTES;

  private final Arena arena = Arena.ofConfined();
  private final Tensor tensor = Tensor.allocate(arena, DType.FP32, 1, 20, HEADS, HEAD_DIM);
  private final long start = tensor.data().address();
  private final RecordingRows rows = new RecordingRows();

  @AfterEach
  void free() {
    arena.close();
  }

  @Test
  void aHeadIsFollowedByTheNextOfTheSameRows() {
    takeAllHeads(8);
    rows.narrow(HEAD_DIM, HEAD_DIM);
    rows.prefetchNextHead((int) HEAD_BYTES);
    assertThat(rows.lines()).isEqualTo(linesOf(8, 2));
  }

  @Test
  void theLastHeadIsFollowedByTheFirstOfTheNextRows() {
    takeAllHeads(8);
    rows.narrow(2 * HEAD_DIM, HEAD_DIM);
    rows.prefetchNextHead((int) HEAD_BYTES);
    assertThat(rows.lines()).isEqualTo(linesOf(8 + BATCH, 0));
  }

  @Test
  void rowsAreFollowedByTheNextRows() {
    takeAllHeads(8);
    rows.narrow(HEAD_DIM, HEAD_DIM);
    rows.prefetchNextRows((int) HEAD_BYTES);
    assertThat(rows.lines()).isEqualTo(linesOf(8 + BATCH, 1));
  }

  /** Parts need not be whole lines, and what is asked for beyond a head is nothing. */
  @Test
  void partsAreEachLineOnce() {
    takeAllHeads(0);
    rows.narrow(0, HEAD_DIM);
    for (int asked = 0; asked < 2 * HEAD_BYTES; asked += 40) {
      rows.prefetchNextHead(40);
    }
    assertThat(rows.lines()).isEqualTo(linesOf(0, 1));
  }

  @Test
  void headsOfTheirOwnAreFollowedByTheirNextRows() {
    rows.take(HeadRows.of(tensor, 0, 4, 1), BATCH, HEAD_DIM);
    rows.prefetchNextHead((int) HEAD_BYTES);
    assertThat(rows.lines()).isEqualTo(linesOf(4 + BATCH, 1));
  }

  @Test
  void copiesAreFollowedByNothing() {
    rows.place(tensor.data(), 0, ROW_BYTES, BATCH, HEAD_DIM);
    rows.prefetchNextHead((int) HEAD_BYTES);
    rows.prefetchNextRows((int) HEAD_BYTES);
    assertThat(rows.lines()).isEmpty();
  }

  @Test
  void memoryOfTheHeapIsNotAskedFor() {
    MemorySegment heap = MemorySegment.ofArray(new float[1000]);
    rows.place(new HeadRows(DType.FP32, heap, 0, HEAD_BYTES, HEAD_DIM), BATCH);
    rows.prefetchNextHead((int) HEAD_BYTES);
    assertThat(rows.lines()).isEmpty();
  }

  private void takeAllHeads(long token) {
    HeadRows first = HeadRows.of(tensor, 0, token, 0);
    rows.take(first.andNext(HEADS), BATCH, HEADS * HEAD_DIM);
  }

  /** Of a head of {@link #BATCH} tokens. */
  private List<Long> linesOf(long token, long head) {
    return LongStream.range(token, token + BATCH)
        .map(row -> start + row * ROW_BYTES + head * HEAD_BYTES)
        .flatMap(
            at -> LongStream.range(0, HEAD_BYTES / Prefetch.LINE).map(i -> at + i * Prefetch.LINE))
        .boxed()
        .toList();
  }

  private static final class RecordingRows extends Rows {
    private final List<Long> asked = new ArrayList<>();

    RecordingRows() {
      super(Float.BYTES);
    }

    @Override
    void take(HeadRows source, int rows, int paddedRow) {
      place(source, rows);
    }

    @Override
    void fetch(long address, long step, int rows, int lines) {
      for (int row = 0; row < rows; row++) {
        for (int line = 0; line < lines; line++) {
          asked.add(address + row * step + line * (long) Prefetch.LINE);
        }
      }
    }

    List<Long> lines() {
      return asked.stream().sorted().toList();
    }
  }
}
