package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.RingFlashAttention;
import io.ringflash.engine.EngineUnavailableException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A JVM of its own, without the module that Java does not add by itself. */
class VectorApiTest {
  @Test
  void whoeverLeavesOutTheModuleIsToldItsFlag() throws IOException, InterruptedException {
    String output = OwnJvm.outputOf(VectorApiTest.class);
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
