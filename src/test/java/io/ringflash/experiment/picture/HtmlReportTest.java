package io.ringflash.experiment.picture;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.experiment.Golden;
import io.ringflash.experiment.Json;
import io.ringflash.experiment.bench.Measurement;
import io.ringflash.experiment.bench.Records;
import io.ringflash.experiment.bench.SavedRun;
import io.ringflash.experiment.trace.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
  private static final Measurement TRACED =
      Records.measurement(Records.measurement(10).record(), Runs.two());
  private static final SavedRun RUN =
      new SavedRun("</script><b>evil", null, List.of(TRACED, Records.measurement(20)));

  @Test
  void thePageNeedsNothingElse() {
    String page = HtmlReport.render(List.of(RUN), null);
    String ownPart = page.replaceFirst("(?s)<script>\\s*/\\*!.*?</script>", "");

    assertThat(ownPart).isNotEqualTo(page);
    assertThat(Pattern.compile("(src|href)\\s*=|@import|url\\(|fetch\\(").matcher(ownPart).find())
        .isFalse();
    assertThat(page).doesNotContain("{{");
  }

  @Test
  void namesCannotBreakOutOfThePage() {
    assertThat(HtmlReport.render(List.of(RUN), null)).doesNotContain("</script><b>evil");
  }

  @Test
  void whatTheScriptDrawsIsAsItWas() {
    Golden.check("report-data.json", Json.of(ReportData.of(List.of(RUN), null)));
  }

  @Test
  void thePageHoldsATimelineOfTheTracedCall() {
    assertThat(HtmlReport.render(List.of(RUN), null)).containsOnlyOnce("<figure>");
  }

  @Test
  void picturesOfARunAreDrawn(@TempDir Path folder) throws IOException {
    List<Path> files = RunPictures.draw(RUN.measurements(), folder);

    assertThat(files)
        .extracting(file -> file.getFileName().toString())
        .containsExactly("speed.png", "split.png", "timeline.svg");
    assertThat(ImageIO.read(files.getFirst().toFile()).getWidth()).isGreaterThan(1000);
    assertThat(Files.readString(files.getLast())).startsWith("<svg");
  }
}
