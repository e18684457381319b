package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.engine.AttnType;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A CPU without fused multiply-adds, which a JVM of its own pretends to have. */
@EnabledIfSystemProperty(named = "os.arch", matches = "amd64|x86_64")
class FusedMultiplyAddTest {
  @Test
  void withoutThemAutoIsScalarAndVectorIsRefused() throws IOException, InterruptedException {
    String output =
        OwnJvm.outputOf(
            FusedMultiplyAddTest.class,
            "-XX:-UseFMA",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED");
    assertThat(output)
        .contains("kernel scalar")
        .contains("scalar, no fused multiply-add")
        .contains("should be auto, reference or scalar but got 'vector'");
  }

  /** What the other JVM runs. */
  public static void main(String[] arguments) {
    try (Arena arena = Arena.ofShared();
        RingFlashAttention attention = RingFlashAttention.on("cpu:0")) {
      Tensor q = Tensor.allocate(arena, DType.FP32, 1, 9, 1, 4);
      AttentionOptions options = AttentionOptions.builder().build();
      System.out.println("kernel " + attention.forward(q, q, q, options).report().kernels());
      System.out.println(attention.group().device(0).info().description());
      AttentionOptions vector = AttentionOptions.builder().attnType(AttnType.VECTOR).build();
      System.out.println(rootCause(catchThrowable(() -> attention.forward(q, q, q, vector))));
    }
  }

  private static Throwable rootCause(Throwable thrown) {
    return thrown.getCause() == null ? thrown : rootCause(thrown.getCause());
  }
}
