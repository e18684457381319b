package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionShape;
import io.ringflash.experiment.RowSample.Row;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowSampleTest {
  private static final AttentionShape SHAPE = new AttentionShape(2, 5, 5, 3, 3, 1);

  private final AttentionInputs inputs = inputs();

  @Test
  void withRoomForAllEveryRowComesOnce() {
    RowSample sample = new RowSample(SHAPE, inputs, 1000, 9);

    List<Row> rows = sample.rows().toList();

    assertThat(sample.count()).isEqualTo(2 * 3 * (5 + 2));
    assertThat(rows).hasSize(42).doesNotHaveDuplicates();
    assertThat(rows).contains(new Row(1, 2, 4, false), new Row(0, 0, 1, true));
    assertThat(rows).allMatch(row -> row.query() < (row.joint() ? 2 : 5));
  }

  @Test
  void aSampleMeetsEveryHead() {
    List<Row> rows = new RowSample(SHAPE, inputs, 6, 9).rows().toList();

    assertThat(rows.stream().map(row -> row.batch() * 3 + row.head()))
        .containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void theSeedDecides() {
    assertThat(new RowSample(SHAPE, inputs, 6, 9).rows().toList())
        .isEqualTo(new RowSample(SHAPE, inputs, 6, 9).rows().toList())
        .isNotEqualTo(new RowSample(SHAPE, inputs, 6, 10).rows().toList());
  }

  @Test
  void noQueriesMeanNoRows() {
    AttentionShape none = new AttentionShape(1, 0, 4, 1, 1, 1);
    AttentionInputs empty = new RandomInputs(Arena.ofAuto(), DType.FP32, 0).create(none);

    assertThat(new RowSample(none, empty, 16, 0).rows()).isEmpty();
  }

  private static AttentionInputs inputs() {
    AttentionInputs main = new RandomInputs(Arena.ofAuto(), DType.FP32, 0).create(SHAPE);
    Tensor jointQ = Tensor.allocate(Arena.ofAuto(), DType.FP32, 2, 2, 3, 1);
    return new AttentionInputs(main.q(), main.k(), main.v(), jointQ, null, null);
  }
}
