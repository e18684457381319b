package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** scripts/benchmark, with a Maven that builds nothing. */
class BenchmarkScriptTest {
  @TempDir Path root;

  /** A list of services of TornadoVM's engines, which the benchmarks' class path does not hold. */
  @ParameterizedTest
  @CsvSource({"/opt/sdk, false", "'', true"})
  void whatABuildWithAnSdkLeftIsForgotten(String sdk, boolean stays)
      throws IOException, InterruptedException {
    prepare();
    Path services = Files.createDirectories(root.resolve("target/classes/META-INF/services"));
    Files.writeString(root.resolve("target/tornado-sdk"), sdk + "\n");

    run();

    assertThat(Files.exists(services)).isEqualTo(stays);
  }

  @Test
  void aFailedBuildIsSaidWithItsLog() throws IOException, InterruptedException {
    prepare();

    assertThat(run()).isEqualTo(1);
    assertThat(root.resolve("target/benchmark/build.log")).isRegularFile();
  }

  private void prepare() throws IOException {
    Path scripts = root.resolve("scripts");
    Files.createDirectories(scripts.resolve("lib"));
    for (String name : new String[] {"benchmark", "lib/jdk.sh", "lib/tornado.sh"}) {
      Files.copy(Path.of("scripts", name), scripts.resolve(name));
    }
    Path maven = Files.createDirectories(root.resolve("bin")).resolve("mvn");
    Files.writeString(maven, "#!/bin/sh\nexit 1\n");
    assertThat(maven.toFile().setExecutable(true)).isTrue();
  }

  private int run() throws IOException, InterruptedException {
    ProcessBuilder script = new ProcessBuilder("sh", root.resolve("scripts/benchmark").toString());
    script
        .environment()
        .merge("PATH", root.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
    script.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return script.start().waitFor();
  }
}
