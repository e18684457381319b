package io.ringflash.experiment.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.experiment.Golden;
import io.ringflash.experiment.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordFormatTest {
  private static final int WIDE = 1000;
  private static final int NARROW = 80;

  @ParameterizedTest
  @EnumSource(RecordFormat.class)
  void everyFormatIsAsItWas(RecordFormat format) {
    Golden.check("records." + format.label(), format.render(Records.few(), WIDE));
  }

  @Test
  void aNarrowTableLeavesOutWhatMattersLeastAndSaysSo() {
    String table = RecordFormat.TABLE.render(Records.few(), NARROW);

    Golden.check("records-narrow.table", table);
    assertThat(table.lines().skip(1).takeWhile(line -> !line.startsWith("left out")))
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(NARROW));
  }

  @ParameterizedTest
  @EnumSource(RecordFormat.class)
  void nothingIsAResultToo(RecordFormat format) {
    assertThat(format.render(List.of(), WIDE)).isNotNull();
  }

  @Test
  void aLineIsReadAsItWasWritten() {
    for (BenchRecord record : Records.few()) {
      assertThat(Json.parse(Json.line(record), BenchRecord.class)).isEqualTo(record);
    }
  }

  @Test
  void aComparatorMayLeaveOutWhatDoesNotConcernIt() {
    BenchRecord record =
        Json.parse(
            """
            {"engine":"pytorch","attnType":"math","dtype":"fp32","batch":1,"heads":8,"kvHeads":8,
             "seqQ":16,"seqK":16,"headDim":64,"causal":false,"medianMillis":1.5,"tflops":0.1,
             "verified":true,"version":"2.13"}
            """,
            BenchRecord.class);
    assertThat(record.ranks()).isOne();
    assertThat(record.window()).isEqualTo(MaskText.NO_WINDOW);
    assertThat(record.ciLowMillis()).isNull();
  }
}
