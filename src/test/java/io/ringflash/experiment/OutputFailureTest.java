package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.experiment.CollectiveOutput.Target;
import io.ringflash.faults.DiskError;
import io.ringflash.faults.FaultyFileSystem;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.TensorFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An error of the disk before, after and within every operation on the files of results. */
class OutputFailureTest {
  private static final byte[] OLD = {1, 2, 3};
  private static final List<String> NAMES = List.of("lse.npy", "out.npy");

  @TempDir Path folder;

  @FunctionalInterface
  private interface Writing {
    void to(Path out, Path lse, AttentionResult result) throws IOException;
  }

  @Test
  void ofOneProcess() throws IOException {
    failEverywhere((out, lse, result) ->
        new OutputFiles(out, lse, null, true).write(result, ProcessGroup.alone()));
  }

  @Test
  void ofProcessesThatWriteTheSameFiles() throws IOException {
    failEverywhere((out, lse, result) -> writeStaged(out, lse, result, true));
  }

  @Test
  void ofProcessesThatWriteFilesOfTheirOwn() throws IOException {
    failEverywhere((out, lse, result) -> writeStaged(out, lse, result, false));
  }

  private static void writeStaged(Path out, Path lse, AttentionResult result, boolean shared)
      throws TensorFileException {
    new CollectiveOutput(ProcessGroup.alone(), result, shared)
        .write(
            List.of(
                new Target(out, Map.of(OutputFiles.OUT, result.out()), false),
                new Target(lse, Map.of(OutputFiles.LSE, result.lse().orElseThrow()), false)));
  }

  private void failEverywhere(Writing writing) throws IOException {
    AttentionResult result = result();
    Path complete = Files.createDirectory(folder.resolve("new"));
    DiskError none = DiskError.none();
    assertThat(failure(writing, complete, result, none)).isNull();
    for (int at = 0; at < none.count(); at++) {
      Path own = Files.createDirectory(folder.resolve(String.valueOf(at)));
      for (String name : NAMES) {
        Files.write(own.resolve(name), OLD);
      }
      Throwable e = failure(writing, own, result, new DiskError(at));
      String what = "error at moment %d of %d".formatted(at, none.count());
      assertThat(e).as(what).hasMessageContaining(DiskError.MESSAGE);
      assertThat(e).as(what).hasRootCauseInstanceOf(IOException.class).hasNoSuppressedExceptions();
      for (String name : NAMES) {
        assertThat(own.resolve(name))
            .as(what)
            .satisfiesAnyOf(
                file -> assertThat(file).hasBinaryContent(OLD),
                file -> assertThat(file).hasSameBinaryContentAs(complete.resolve(name)));
      }
      try (Stream<Path> files = Files.list(own)) {
        assertThat(files.map(file -> String.valueOf(file.getFileName())))
            .as(what)
            .containsExactlyInAnyOrderElementsOf(NAMES);
      }
    }
  }

  private static Throwable failure(
      Writing writing, Path folder, AttentionResult result, DiskError error) {
    FaultyFileSystem files = new FaultyFileSystem(FileSystems.getDefault(), error);
    Throwable thrown =
        catchThrowable(() ->
            writing.to(
                files.path(folder.resolve("out.npy")),
                files.path(folder.resolve("lse.npy")),
                result));
    assertThat(files.open()).as("open files in %s", folder).isEmpty();
    return thrown;
  }

  private static AttentionResult result() {
    Tensor x = Tensor.allocate(Arena.ofAuto(), DType.FP32, 1, 20, 2, 8);
    try (RingFlashAttention attention = RingFlashAttention.on("cpu:0")) {
      return attention.forward(x, x, x, AttentionOptions.defaults());
    }
  }
}
