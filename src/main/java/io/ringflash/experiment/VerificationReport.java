package io.ringflash.experiment;

import io.ringflash.tensor.DType;

/**
 * What a verification found, as JSON shows it.
 *
 * @param passed whether out and lse are as accurate as the rule wants
 * @param rows that were compared
 * @param totalRows that there are
 * @param worstRow row of the largest error of out
 */
public record VerificationReport(
    boolean passed, long rows, long totalRows, String worstRow, Errors out, Errors lse) {
  /**
   * Largest absolute errors.
   *
   * @param maxError of the result
   * @param naiveError of the naive implementation in the same storage type
   * @param allowed limit of maxError
   * @param unlike numbers that are finite in the result alone, or in the oracle alone
   */
  public record Errors(double maxError, double naiveError, double allowed, long unlike) {
    private static Errors of(ErrorSummary summary, DType dtype) {
      return new Errors(
          summary.maxError(), summary.naiveError(), summary.allowed(dtype), summary.unlike());
    }
  }

  static VerificationReport of(DType dtype, RowErrors errors, long rows, long totalRows) {
    return new VerificationReport(
        errors.out().passes(dtype) && errors.lse().passes(DType.FP32),
        rows,
        totalRows,
        errors.worst() == null ? "none" : errors.worst().toString(),
        Errors.of(errors.out(), dtype),
        Errors.of(errors.lse(), DType.FP32));
  }
}
