package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which commands the script starts with TornadoVM's flags, if there is an SDK. */
class LaunchScriptTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run --q q.npy | yes",
        "bench | yes",
        "bench --devices cpu:1..4 | no",
        "bench --devices=cpu:0 --devices opencl:0 | yes",
        "bench --devices ptx:1..2 --devices cpu:0 | yes",
        "trace --random 1,2,3,4 --devices cpu:0,cuda:1 | yes",
        "verify --devices cpu:0,cpu:1 | no",
        "devices | yes",
        "plan --devices 8 | no",
        "compare a b | no",
        "report a --out b | no",
        "demo | no"
      })
  void onlyCommandsThatMayNeedItGetTornadoVm(String line, String wanted)
      throws IOException, InterruptedException {
    String script =
        ". scripts/lib/tornado.sh; tornado_sdk=/sdk; wants_tornado \"$@\" && echo yes || echo no";
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.addAll(List.of(line.split(" ")));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();

    assertThat(output.strip()).isEqualTo(wanted);
  }
}
