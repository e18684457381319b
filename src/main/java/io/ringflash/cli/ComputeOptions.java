package io.ringflash.cli;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionShape;
import io.ringflash.experiment.InputConversion;
import io.ringflash.experiment.JointFiles;
import io.ringflash.experiment.Progress;
import io.ringflash.experiment.RandomInputs;
import io.ringflash.experiment.Units;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.io.TensorFileException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** Every file that is read: no output may be one of them. */
  List<Path> readFiles(InputSource source) {
    List<Path> files = new ArrayList<>(source.paths(jointFiles()));
    files.addAll(score.files());
    return files;
  }

  long seed() {
    return score.seed();
  }

  @Nullable DType dtype() {
    return dtype;
  }

  /**
   * @param progress hears of every ring step
   */
  RingFlashAttention open(Job job, Progress progress) {
    return ring.open(job, progress);
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

  /** Random or stored inputs, with joint tokens, in the type that the user wants. */
  AttentionInputs load(RandomSource source, Arena arena, PrintWriter notes)
      throws TensorFileException {
    AttentionShape shape = source.shape();
    if (shape == null) {
      return convert(source.files(jointFiles()).load(arena), arena, notes);
    }
    DType stored = dtype == null ? DType.FP32 : dtype;
    AttentionInputs random = new RandomInputs(arena, stored, seed()).create(shape);
    AttentionInputs inputs = jointFiles().beside(random.q(), random.k(), random.v(), arena);
    return convert(inputs, arena, notes);
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
