package io.ringflash.cli;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.experiment.InputConversion;
import io.ringflash.experiment.JointFiles;
import io.ringflash.experiment.Units;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.io.TensorFileException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code run} and {@code verify} have in common. */
final class ComputeOptions {
  @Option(
      names = "--dtype",
      paramLabel = "NAME",
      description = "Convert inputs to fp32, fp16 or bf16 (default: as they are).")
  private @Nullable DType dtype;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private JointOptions joint;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private ScoreOptions score;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private RingOptions ring;

  JointFiles jointFiles() {
    return joint.files();
  }

  boolean hasJointQueries() {
    return joint.hasQueries();
  }

  /** Files that are read beside the inputs. */
  List<Path> otherFiles() {
    return score.files();
  }

  long seed() {
    return score.seed();
  }

  @Nullable DType dtype() {
    return dtype;
  }

  RingFlashAttention open(Job job) {
    return ring.open(job);
  }

  /** The inputs in the type that the user wants. */
  AttentionInputs convert(AttentionInputs inputs, Arena arena, PrintWriter notes) {
    if (dtype == null) {
      return inputs;
    }
    InputConversion conversion = new InputConversion(dtype, arena);
    long bytes = conversion.copiedBytes(inputs);
    if (bytes > 0) {
      notes.printf("note: inputs converted to %s, %s%n", dtype.label(), Units.bytes(bytes));
      notes.flush();
    }
    return conversion.convert(inputs);
  }

  AttentionOptions options(AttentionInputs inputs) throws TensorFileException {
    AttentionOptions.Builder options = AttentionOptions.builder();
    int heads = AttentionOptions.defaults().problem(inputs.q(), inputs.k()).shape().heads();
    score.applyTo(options, heads);
    ring.applyTo(options);
    joint.applyTo(options, inputs);
    return options.build();
  }
}
