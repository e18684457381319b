package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.attention.Alibi;
import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.Dropout;
import io.ringflash.engine.AttnType;
import io.ringflash.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which problems go to tensor cores. */
class TensorCoresTest {
  private static final TensorCores HOPPER = new TensorCores("ptx:0", 9);

  @ParameterizedTest
  @CsvSource({
    "9, FP16, 64, true",
    "8, BF16, 128, true",
    "9, BF16, 8, true",
    "7, FP16, 64, false",
    "0, FP16, 64, false",
    "9, FP32, 64, true",
    "8, FP32, 1, true",
    "7, FP32, 64, false",
    "9, FP32, 129, false",
    "9, FP16, 60, false",
    "9, FP16, 136, false"
  })
  void autoTakesThemWhereTheyFit(int capability, DType dtype, int headDim, boolean chosen) {
    TensorCores cores = new TensorCores("ptx:0", capability);
    assertThat(cores.chosen(AttnType.AUTO, dtype, headDim)).isEqualTo(chosen);
  }

  @Test
  void otherTypesAreLeftAlone() {
    assertThat(HOPPER.chosen(AttnType.TILED, DType.FP16, 64)).isFalse();
    assertThat(HOPPER.chosen(AttnType.JAVA, DType.FP32, 64)).isFalse();
    assertThat(HOPPER.chosen(AttnType.TENSOR, DType.FP16, 64)).isTrue();
  }

  @Test
  void kernelsOfADevice() {
    assertThat(HOPPER.kernels())
        .containsExactly("hopper-64", "hopper-128", "tensor-64", "tensor-128", "java-tiled");
    assertThat(new TensorCores("ptx:0", 8).kernels())
        .containsExactly("tensor-64", "tensor-128", "java-tiled");
    assertThat(new TensorCores("opencl:0", 9).kernels())
        .containsExactly("tensor-64", "tensor-128", "java-tiled");
    assertThat(new TensorCores("opencl:0", 0).kernels())
        .containsExactly("java-tiled", "java-register-64", "java-register-128");
  }

  @ParameterizedTest
  @CsvSource({
    "opencl:1, 0, FP16, 64, no such GPU",
    "ptx:0, 7, FP16, 64, compute capability 7.x",
    "ptx:0, 9, FP32, 129, head dimension 129",
    "ptx:0, 9, BF16, 60, head dimension 60"
  })
  void askingForThemWhereTheyDoNotFit(
      String device, int capability, DType dtype, int headDim, String complaint) {
    TensorCores cores = new TensorCores(device, capability);
    assertThatThrownBy(() -> cores.chosen(AttnType.TENSOR, dtype, headDim))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got " + device)
        .hasMessageContaining(complaint);
  }

  @ParameterizedTest
  @CsvSource({
    "9, BF16, 64, 0.125, 0, true",
    "9, FP16, 120, 0.125, 0, true",
    "8, BF16, 64, 0.125, 0, false",
    "10, BF16, 64, 0.125, 0, false",
    "9, FP32, 64, 0.125, 0, false",
    "9, BF16, 60, 0.125, 0, false",
    "9, BF16, 136, 0.125, 0, false",
    "9, BF16, 64, -1, 0, false",
    "9, BF16, 64, 0.125, 30, false"
  })
  void hoppersKernelsTakeTheirOwn(
      int capability, DType dtype, int headDim, float scale, float softcap, boolean fits) {
    TensorCores cores = new TensorCores("ptx:0", capability);
    AttentionProblem problem = problem(dtype, headDim, scale, softcap, 0);
    assertThat(cores.fitsHopper(problem)).isEqualTo(fits);
    if (!fits) {
      assertThatThrownBy(() -> cores.requireHopper(problem))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("got ptx:0 (compute capability %d.x)".formatted(capability));
    }
  }

  @Test
  void openClHasNoneOfHoppersKernels() {
    AttentionProblem problem = problem(DType.FP16, 64, 0.125f, 0, 0);
    assertThat(new TensorCores("opencl:0", 9).fitsHopper(problem)).isFalse();
    assertThat(new TensorCores("opencl:0", 9).chosen(AttnType.AUTO, DType.FP16, 64)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "64, 0.125, 0, 0, fold-d64-bf16.ptx",
    "72, 0.125, 0, 0, fold-d128-bf16.ptx",
    "64, 0, 0, 0, fold-d64-bf16-extended.ptx",
    "64, -1, 0, 0, fold-d64-bf16-extended.ptx",
    "128, 0.125, 30, 0, fold-d128-bf16-extended.ptx",
    "128, 0.125, 0, 0.5, fold-d128-bf16-extended.ptx"
  })
  void kernelOfAProblem(int headDim, float scale, float softcap, float dropout, String file) {
    TensorForm form = TensorForm.of(problem(DType.BF16, headDim, scale, softcap, dropout));
    assertThat(form.foldFile()).isEqualTo(file);
    assertThat(form.finishFile()).isEqualTo("finish-bf16.ptx");
    assertThat(form.label()).isEqualTo(headDim <= 64 ? "tensor-64" : "tensor-128");
  }

  private static AttentionProblem problem(
      DType dtype, int headDim, float scale, float softcap, float dropout) {
    return new AttentionProblem(
        new AttentionShape(1, 8, 8, 2, 1, headDim),
        dtype,
        AttentionMask.NONE,
        scale,
        softcap,
        Alibi.NONE,
        new Dropout(dropout, 3));
  }
}
