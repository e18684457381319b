package io.ringflash.cli;

import io.ringflash.experiment.bench.BenchRecord;
import io.ringflash.experiment.bench.RecordFormat;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How records are printed. */
final class FormatOptions {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec command;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table, md, csv, json or jsonl (default: table).")
  private RecordFormat format = RecordFormat.TABLE;

  @Option(names = "--json", description = "The same as -o json.")
  private boolean json;

  void print(List<BenchRecord> records) {
    RecordFormat chosen = json ? RecordFormat.JSON : format;
    var out = command.commandLine().getOut();
    out.println(chosen.render(records, Terminal.width()));
    out.flush();
  }
}
