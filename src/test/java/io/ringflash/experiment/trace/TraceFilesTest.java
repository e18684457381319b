package io.ringflash.experiment.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.ringflash.experiment.Earlier;
import io.ringflash.experiment.Golden;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TraceFilesTest {
  @TempDir private Path directory;

  @Test
  void theChromeTraceIsAsItWas() {
    Golden.check("trace.json", ChromeTrace.render(Runs.two()));
  }

  @Test
  void theGanttChartIsAsItWas() {
    Golden.check("trace.svg", GanttChart.render(Runs.two()));
  }

  /** Perfetto draws slices of one track that overlap without being nested wrongly or not at all. */
  @Test
  void slicesOfATrackDoNotOverlap() {
    JsonNode trace = JsonMapper.shared().readTree(ChromeTrace.render(Runs.two()));
    for (int process = 0; process < 2; process++) {
      for (int track = 0; track < 2; track++) {
        double end = 0;
        for (JsonNode event : trace.get("traceEvents")) {
          if (event.get("ph").asString().equals("X")
              && event.get("pid").asInt() == process
              && event.get("tid").asInt() == track) {
            assertThat(event.get("ts").asDouble()).isGreaterThanOrEqualTo(end - 1e-6);
            end = event.get("ts").asDouble() + event.get("dur").asDouble();
          }
        }
        assertThat(end).isPositive();
      }
    }
  }

  @Test
  void theGanttChartIsWellFormedAndHasABarForEverySpan() throws Exception {
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(GanttChart.render(Runs.two()))));
    int legend = 5;
    assertThat(document.getElementsByTagName("rect").getLength())
        .isEqualTo(Span.of(Runs.two()).size() + legend);
  }

  @Test
  void theEndingDecidesWhatIsWritten() throws IOException {
    List<Path> files = List.of(directory.resolve("t.json"), directory.resolve("t.svg"));
    new TraceFiles(files).write(Runs.two());

    assertThat(Files.readString(files.getFirst())).startsWith("{");
    assertThat(Files.readString(files.getLast())).startsWith("<svg");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TraceFiles(List.of(directory.resolve("t.txt"))))
        .withMessageContaining("t.txt");
  }

  @Test
  void anEarlierTraceIsReplacedInOneStep() throws IOException {
    Path file = directory.resolve("t.json");
    Earlier earlier = new Earlier(file);
    new TraceFiles(List.of(file)).write(Runs.two());
    earlier.requireReplaced();
  }
}
