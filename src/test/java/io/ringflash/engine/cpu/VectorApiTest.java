package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.RingFlashAttention;
import io.ringflash.engine.EngineUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A JVM of its own, without the module that Java does not add by itself. */
class VectorApiTest {
  @Test
  void whoeverLeavesOutTheModuleIsToldItsFlag() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                VectorApiTest.class.getName())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.strip())
        .isEqualTo(
            "cpu devices need the Vector API: start Java with --add-modules jdk.incubator.vector");
  }

  /** What the other JVM runs. */
  public static void main(String[] arguments) {
    try {
      RingFlashAttention.on("cpu:0").close();
    } catch (EngineUnavailableException e) {
      System.out.println(e.getMessage());
    }
  }
}
