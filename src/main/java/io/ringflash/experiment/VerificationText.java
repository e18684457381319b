package io.ringflash.experiment;

import java.util.List;

/** A verification as text. */
public final class VerificationText {
  private VerificationText() {}

  /** How many rows were compared, their errors, the verdict. */
  public static String render(VerificationReport report) {
    String rows =
        report.rows() == report.totalRows()
            ? "all %s rows".formatted(Units.count(report.rows()))
            : "%s of %s rows (a seeded sample)"
                .formatted(Units.count(report.rows()), Units.count(report.totalRows()));
    return "%s compared with the FP64 oracle%n%s%n%s"
        .formatted(rows, table(report), verdict(report));
  }

  private static String table(VerificationReport report) {
    return new TextTable()
        .left("")
        .right("max error")
        .right("naive's")
        .right("allowed")
        .row(cells("out", report.out()))
        .row(cells("lse", report.lse()))
        .render();
  }

  private static List<String> cells(String name, VerificationReport.Errors errors) {
    return List.of(
        name,
        Units.error(errors.maxError()),
        Units.error(errors.naiveError()),
        Units.error(errors.allowed()));
  }

  private static String verdict(VerificationReport report) {
    long unlike = report.out().unlike() + report.lse().unlike();
    String verdict = report.passed() ? "passed" : "FAILED";
    String numbers =
        unlike == 0
            ? ""
            : "; %s numbers should be finite and are not, or the reverse"
                .formatted(Units.count(unlike));
    return "%s (worst row: %s%s)".formatted(verdict, report.worstRow(), numbers);
  }
}
