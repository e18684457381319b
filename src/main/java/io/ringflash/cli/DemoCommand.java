package io.ringflash.cli;

import io.ringflash.RingFlashAttention;
import io.ringflash.experiment.AttentionRun;
import io.ringflash.experiment.Demo;
import io.ringflash.experiment.DemoFiles;
import io.ringflash.experiment.RingDiagram;
import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.Symbols;
import io.ringflash.experiment.Units;
import io.ringflash.experiment.VerificationReport;
import io.ringflash.experiment.VerificationText;
import io.ringflash.experiment.WorkShares;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.io.TensorFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringflash demo}. */
@Command(name = "demo", header = "Show the whole thing on four embedded devices in a few seconds.")
final class DemoCommand implements Callable<Integer> {
  /** The launch script says by which name it was called. */
  private static final String PROGRAM = System.getProperty("ringflash.program", "ringflash");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the example's files go (default: a new temporary directory).")
  private @Nullable Path out;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private JsonOption json;

  /** The report, as JSON shows it. */
  private record Report(
      RunReport contiguous,
      RunReport zigzag,
      VerificationReport verification,
      String directory,
      String nextCommand) {}

  @Override
  public Integer call() throws TensorFileException {
    DemoFiles files = new DemoFiles(directory());
    try (RingFlashAttention attention = RingFlashAttention.on(Demo.DEVICES);
        Arena arena = Arena.ofShared()) {
      say(introduction());
      Demo demo = new Demo(arena);
      demo.warmUp(attention);
      AttentionRun contiguous = demo.run(attention, Sharding.CONTIGUOUS);
      say(ring(contiguous, Sharding.CONTIGUOUS));
      AttentionRun zigzag = demo.run(attention, Sharding.ZIGZAG);
      say(ring(zigzag, Sharding.ZIGZAG));
      say("@|bold The oracle|@");
      VerificationReport verification = demo.verify(zigzag);
      say(VerificationText.render(verification) + "%n".formatted());
      files.write(zigzag);
      String next = files.nextCommand(PROGRAM);
      json.print(
          new Report(
              contiguous.report(),
              zigzag.report(),
              verification,
              files.directory().toString(),
              next),
          () -> ending(files, next));
      return verification.passed() ? ExitCode.DONE : ExitCode.VERIFICATION_FAILED;
    }
  }

  private Path directory() {
    try {
      return out == null
          ? Files.createTempDirectory("ringflash-demo-")
          : Files.createDirectories(out);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--out should be a directory that can be made but got: " + e, e);
    }
  }

  private String introduction() {
    return """
    @|bold Causal attention|@ of %s tokens beside %d joint tokens, %d heads of %d, fp32,
    on four embedded devices. Each keeps its queries; K/V blocks travel round the ring.
    %s
    """
        .formatted(
            Units.count(Demo.SHAPE.seqLenQ()),
            Demo.JOINT_TOKENS,
            Demo.SHAPE.heads(),
            Demo.SHAPE.headDim(),
            symbols().legend());
  }

  private String ring(AttentionRun run, Sharding sharding) {
    int ranks = run.report().ranks().size();
    double[] shares = WorkShares.of(run.problem(), sharding, ranks);
    return "@|bold %s sharding|@%n%s%n%s for %s; the busiest device has %.2f times its share%n"
        .formatted(
            capitalized(sharding.label()),
            new RingDiagram(symbols()).render(run.result().report(), shares),
            Units.seconds(run.report().seconds()),
            Units.bytes(run.report().bytesExchanged()),
            WorkShares.slowdown(shares));
  }

  private static String ending(DemoFiles files, String next) {
    return "Inputs, out and lse are in %s%nNow with two devices, to a file of your own:%n%n  %s"
        .formatted(files.directory(), next);
  }

  private Symbols symbols() {
    return Symbols.in(System.out.charset());
  }

  /** Text for people: none of it if JSON is wanted. */
  private void say(String text) {
    if (!json.wanted()) {
      var commandLine = spec.commandLine();
      commandLine.getOut().println(commandLine.getColorScheme().ansi().string(text));
    }
  }

  private static String capitalized(String word) {
    return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }
}
