package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The compiled kernels are those of the sources, and both sides count the same entries. */
class PtxSourceTest {
  private static final Path SOURCES = Path.of("tornado-tasks/src/main/cuda");
  private static final Pattern FIELD = Pattern.compile("int (\\w+);");
  private static final Pattern CONSTANT = Pattern.compile("\\b([A-Z_]+) = (\\d+)");

  @Test
  void compiledFromTheseSources() throws IOException, InterruptedException {
    Process check =
        new ProcessBuilder("sh", SOURCES.resolve("compile.sh").toString(), "--check")
            .redirectErrorStream(true)
            .start();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(check.waitFor()).as(output).isZero();
  }

  @Test
  void everyFormHasItsFiles() {
    for (DType dtype : DType.values()) {
      for (int width : List.of(64, 128)) {
        for (boolean extended : List.of(false, true)) {
          TensorForm form = new TensorForm(width, dtype, extended);
          assertThat(PtxTask.read(form.foldFile())).contains(".entry ringflash_fold(");
          assertThat(PtxTask.read(form.finishFile())).contains(".entry ringflash_finish(");
          if (form.fitsHopper()) {
            assertThat(PtxTask.read(form.hopperFile())).contains(".entry ringflash_hopper(");
          }
          if (form.splits()) {
            assertThat(PtxTask.read(form.splitFile())).contains(".entry ringflash_split(");
          }
        }
      }
    }
  }

  @Test
  void tablesAreTheSame() throws IOException {
    assertThat(constants("table"))
        .containsOnly(
            Map.entry("TILES", TileTable.TILES),
            Map.entry("LENGTH", TileTable.LENGTH),
            Map.entry("HEADS", TileTable.HEADS),
            Map.entry("HEADER", TileTable.HEADER),
            Map.entry("START", TileTable.START),
            Map.entry("COUNT", TileTable.COUNT),
            Map.entry("STRIDE", TileTable.STRIDE),
            Map.entry("JOINT", TileTable.JOINT),
            Map.entry("SOURCE", TileTable.SOURCE),
            Map.entry("ENTRY", TileTable.ENTRY),
            Map.entry("TOKENS", TileTable.TOKENS));
  }

  @Test
  void shapesAreTheSame() throws IOException {
    assertThat(constants("shape"))
        .containsOnly(
            Map.entry("ROW_HEADS", KernelShape.ROW_HEADS),
            Map.entry("GROUP_SIZE", KernelShape.GROUP_SIZE),
            Map.entry("LOWEST_OFFSET", KernelShape.LOWEST_OFFSET),
            Map.entry("HIGHEST_OFFSET", KernelShape.HIGHEST_OFFSET),
            Map.entry("QUERY_OFFSET", KernelShape.QUERY_OFFSET),
            Map.entry("SEED_LOW", KernelShape.SEED_LOW),
            Map.entry("SEED_HIGH", KernelShape.SEED_HIGH),
            Map.entry("DROP_THRESHOLD", KernelShape.DROP_THRESHOLD),
            Map.entry("HEAD_DIM", TensorShape.HEAD_DIM),
            Map.entry("QUERIES_AT", TensorShape.QUERIES_AT),
            Map.entry("KEYS_AT", TensorShape.KEYS_AT),
            Map.entry("FIRST", TensorShape.FIRST));
    assertThat(constants("scalar"))
        .containsOnly(
            Map.entry("SCALE", KernelShape.SCALE),
            Map.entry("SOFTCAP", KernelShape.SOFTCAP),
            Map.entry("KEEP_SCALE", KernelShape.KEEP_SCALE),
            Map.entry("SLOPES", KernelShape.SLOPES));
  }

  @Test
  void gridsAreTheSame() throws IOException {
    String source = Files.readString(SOURCES.resolve("parameters.cuh"));
    int from = source.indexOf("struct Grid {");
    List<String> fields =
        FIELD
            .matcher(source.substring(from, source.indexOf("};", from)))
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(fields)
        .isEqualTo(
            Arrays.stream(HopperGrid.class.getRecordComponents())
                .map(RecordComponent::getName)
                .toList());
  }

  /** The constants of a namespace of parameters.cuh. */
  private static Map<String, Integer> constants(String namespace) throws IOException {
    String source = Files.readString(SOURCES.resolve("parameters.cuh"));
    int from = source.indexOf("namespace " + namespace + " {");
    int to = source.indexOf("}  // namespace " + namespace);
    return CONSTANT
        .matcher(source.substring(from, to))
        .results()
        .collect(
            Collectors.toMap(found -> found.group(1), found -> Integer.valueOf(found.group(2))));
  }
}
