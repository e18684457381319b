package io.ringflash.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** A command as a user sees it: exit code and what was printed. */
record Invocation(int code, String out, String err) {
  static Invocation of(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = RingFlashCommand.create();
    int code =
        commandLine
            .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    return new Invocation(code, out.toString(), err.toString());
  }

  /** As {@link #of(String...)}, of words between blanks. */
  static Invocation ofLine(String line) {
    return of(line.strip().split("\\s+"));
  }
}
