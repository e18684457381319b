package io.ringflash.experiment;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.TensorFileException;
import io.ringflash.tensor.io.TensorFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The demo's tensors as files, and the command that computes the same from them.
 *
 * @param directory that has them
 */
public record DemoFiles(Path directory) {
  /** Writes the inputs and results of {@code run}. */
  public void write(AttentionRun run) throws TensorFileException {
    AttentionInputs inputs = run.inputs();
    write("q", inputs.q());
    write("k", inputs.k());
    write("v", inputs.v());
    write("joint_k", Objects.requireNonNull(inputs.jointK()));
    write("joint_v", Objects.requireNonNull(inputs.jointV()));
    write("out", run.result().out());
    write("lse", run.result().lse().orElseThrow());
  }

  /**
   * A command for a shell.
   *
   * @param program how the user calls RingFlash
   */
  public String nextCommand(String program) {
    return ShellWords.join(
        List.of(
            program,
            "run",
            "--q",
            name("q"),
            "--k",
            name("k"),
            "--v",
            name("v"),
            "--joint-k",
            name("joint_k"),
            "--joint-v",
            name("joint_v"),
            "--causal",
            "--sharding",
            "zigzag",
            "--devices",
            "cpu:0,cpu:1",
            "--out",
            name("my_out")));
  }

  private void write(String name, Tensor tensor) throws TensorFileException {
    TensorFiles.write(file(name), Map.of(name, tensor));
  }

  private String name(String name) {
    return file(name).toString();
  }

  private Path file(String name) {
    return directory.resolve(name + ".npy");
  }
}
