package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.tensor.DType;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TornadoKernelChoiceTest {
  private static final AttentionProblem PROBLEM = problem(64);

  @TempDir private Path cache;
  private @Nullable String before;

  @BeforeEach
  void redirectCache() {
    before = System.getProperty(KernelPreferences.FOLDER_PROPERTY);
    System.setProperty(KernelPreferences.FOLDER_PROPERTY, cache.toString());
  }

  @AfterEach
  void restoreCache() {
    if (before == null) {
      System.clearProperty(KernelPreferences.FOLDER_PROPERTY);
    } else {
      System.setProperty(KernelPreferences.FOLDER_PROPERTY, before);
    }
  }

  @Test
  void theUsualKernelComesFirst() {
    assertThat(choice("opencl:0", 0).candidates(PROBLEM))
        .containsExactly("java-register-64", "java-tiled");
    assertThat(choice("opencl:0", 0).candidates(problem(128)))
        .containsExactly("java-register-128", "java-tiled");
    assertThat(choice("opencl:0", 0).candidates(problem(256))).containsExactly("java-tiled");
    assertThat(choice("ptx:0", 7).candidates(PROBLEM))
        .startsWith("java-register-64", "java-register-64-r128", "java-register-64-r255");
  }

  @Test
  void cpusComputeWithVectorsThroughOpenCl() {
    assertThat(
            new TornadoKernelChoice(cpu("opencl:0"), new TensorCores("opencl:0", 0))
                .candidates(PROBLEM))
        .containsExactly("java-vector", "java-register-64", "java-tiled");
    assertThat(
            new TornadoKernelChoice(cpu("spirv:0"), new TensorCores("spirv:0", 0))
                .candidates(PROBLEM))
        .containsExactly("java-register-64", "java-tiled");
  }

  @Test
  void aKernelThatDoesNotFitEverythingLeavesTheRestToOthers() {
    TornadoKernelChoice hopper = choice("ptx:0", 9);
    AttentionProblem plain = problem(64, DType.BF16, 0);
    AttentionProblem capped = problem(64, DType.BF16, 30);
    assertThat(hopper.candidates(plain)).startsWith("hopper", "tensor", "java-register-64");
    assertThat(hopper.option(plain).label()).isEqualTo("hopper");
    assertThat(hopper.option(capped).label()).isEqualTo("tensor");
    assertThat(hopper.candidates(capped)).startsWith("tensor", "java-register-64");
  }

  @Test
  void whatComesFirstDecidesNothing() {
    TornadoKernelChoice hopper = choice("ptx:0", 9);
    assertThat(hopper.option(problem(64, DType.BF16, 30)).label()).isEqualTo("tensor");
    assertThat(hopper.option(problem(64, DType.BF16, 0)).label()).isEqualTo("hopper");
  }

  @Test
  void whatIsTakenCanBeKept() {
    TornadoKernelChoice first = choice("opencl:0", 0);
    first.take(PROBLEM, "java-tiled");
    assertThat(first.option(PROBLEM).kernel()).isEqualTo(FoldForm.Kernel.TILED);
    assertThat(choice("opencl:0", 0).option(PROBLEM).label()).isEqualTo("java-register-64");

    assertThat(first.keep(PROBLEM)).isEqualTo(cache.resolve("kernels.properties").toString());
    assertThat(choice("opencl:0", 0).option(PROBLEM).label()).isEqualTo("java-tiled");
    assertThat(choice("opencl:0", 0).option(problem(48)).label()).isEqualTo("java-register-64");
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> choice("opencl:0", 0).take(PROBLEM, "tensor"))
        .withMessage(
            "kernel of opencl:0 should be one of java-register-64, java-tiled but got 'tensor'");
  }

  private static DeviceInfo cpu(String id) {
    return new DeviceInfo(id, "some processor", 1, 1, true);
  }

  private static TornadoKernelChoice choice(String id, int capability) {
    return new TornadoKernelChoice(
        new DeviceInfo(id, "some device", 1, 1, false), new TensorCores(id, capability));
  }

  private static AttentionProblem problem(int headDim) {
    return problem(headDim, DType.FP32, 0);
  }

  private static AttentionProblem problem(int headDim, DType dtype, float softcap) {
    AttentionProblem plain =
        AttentionProblem.plain(new AttentionShape(1, 8, 8, 2, 1, headDim), dtype);
    return new AttentionProblem(
        plain.shape(), dtype, plain.mask(), plain.scale(), softcap, plain.alibi(), plain.dropout());
  }
}
