package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.TensorFileException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFilesTest {
  /** Two petabytes of out. */
  private static final long[] HUGE = {1, 2_000_000_000, 1000, 256};

  @Test
  void aFullDiskIsSeenBeforeTheComputation(@TempDir Path directory) throws TensorFileException {
    Tensor element = Tensor.allocate(Arena.ofAuto(), DType.FP32, 1);
    Tensor huge = Tensor.of(element.data(), DType.FP32, HUGE, new long[4]);
    Tensor token = Tensor.of(element.data(), DType.FP32, new long[] {1, 1, 1, 1}, new long[4]);
    Path out = directory.resolve("out.npy");
    OutputFiles files = new OutputFiles(out, null, null, true);
    files.checkRoom(DType.FP32, new AttentionInputs(token, token, token), 1);
    assertThatThrownBy(
            () -> files.checkRoom(DType.FP32, new AttentionInputs(huge, token, token), 1))
        .isInstanceOf(TensorFileException.class)
        .hasMessageStartingWith(out + ": outputs need 2.0 PB on this disk and ")
        .hasMessageEndingWith(" are free");
  }

  @Test
  void aFileOfItsOwnHoldsAProcesssTokensOnly(@TempDir Path directory) throws TensorFileException {
    Tensor element = Tensor.allocate(Arena.ofAuto(), DType.FP32, 1);
    Tensor huge = Tensor.of(element.data(), DType.FP32, HUGE, new long[4]);
    AttentionInputs inputs = new AttentionInputs(huge, huge, huge);
    Path out = directory.resolve("out.npy");
    new OutputFiles(out, null, null, false).checkRoom(DType.FP32, inputs, 1e-9);
    assertThatThrownBy(
            () -> new OutputFiles(out, null, null, false).checkRoom(DType.FP32, inputs, 0.5))
        .hasMessageContaining("outputs need 1.0 PB");
    assertThatThrownBy(
            () -> new OutputFiles(out, null, null, true).checkRoom(DType.FP32, inputs, 1e-9))
        .hasMessageContaining("outputs need 2.0 PB");
  }

  @Test
  void devicesHoldAnything() throws TensorFileException {
    Tensor element = Tensor.allocate(Arena.ofAuto(), DType.FP32, 1);
    Tensor huge = Tensor.of(element.data(), DType.FP32, HUGE, new long[4]);
    new OutputFiles(Path.of("/dev/null"), null, null, true)
        .checkRoom(DType.FP32, new AttentionInputs(huge, huge, huge), 1);
  }
}
