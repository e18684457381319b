package io.ringflash.experiment.picture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.ringflash.experiment.Earlier;
import io.ringflash.experiment.Golden;
import io.ringflash.experiment.Json;
import io.ringflash.experiment.Progress;
import io.ringflash.experiment.bench.Measurement;
import io.ringflash.experiment.bench.Records;
import io.ringflash.experiment.bench.SavedRun;
import io.ringflash.experiment.trace.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
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
  void picturesOfARunAreAsTheyWere(@TempDir Path folder) throws IOException {
    List<Path> files = RunPictures.draw(RUN.measurements(), folder);

    assertThat(files)
        .extracting(file -> file.getFileName().toString())
        .containsExactly("speed.svg", "split.svg", "timeline.svg");
    Golden.check("speed.svg", Files.readString(files.get(0)).strip());
    Golden.check("split.svg", Files.readString(files.get(1)).strip());
  }

  @Test
  void earlierPicturesAndPagesAreReplacedInOneStep(@TempDir Path folder) throws IOException {
    Earlier picture = new Earlier(folder.resolve("speed.svg"));
    RunPictures.draw(RUN.measurements(), folder);
    picture.requireReplaced();

    Path file = folder.resolve("report.html");
    Earlier page = new Earlier(file);
    new ReportFile(List.of(RUN)).write(file, Progress.NONE);
    page.requireReplaced();
  }

  /** Hosts of GPUs have no fonts, which Java's own graphics cannot do without. */
  @Test
  void picturesNeedNoGraphicsLibrary() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.awt..", "javax.swing..")
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.ringflash.experiment"));
  }
}
