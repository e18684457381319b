package io.ringflash.ring;

import java.util.List;

/**
 * What one rank did.
 *
 * @param rank index in the device group
 * @param device its name
 * @param kernel that computed
 * @param queries number of its queries, joint ones included
 * @param steps those that computed something, in order
 * @param finishNanos time of the last step: dividing, rounding and writing
 */
public record RankReport(
    int rank,
    String device,
    String kernel,
    long queries,
    List<StepReport> steps,
    long finishNanos) {

  /**
   * One ring step. Times are nanoseconds; instants are relative to the start of the run.
   *
   * @param step of the schedule; its index is −1 for the joint block
   * @param keys in the block
   * @param bytes that the block's transfer moved
   * @param transferNanos time that the transfer took, mostly beside the step before
   * @param waitNanos time that the rank waited for it
   * @param startNanos instant at which computing began
   * @param computeNanos time of computing
   */
  public record StepReport(
      RingSchedule.Step step,
      long keys,
      long bytes,
      long transferNanos,
      long waitNanos,
      long startNanos,
      long computeNanos) {}

  /** Bytes that all transfers moved. */
  public long bytes() {
    return steps.stream().mapToLong(StepReport::bytes).sum();
  }

  public long computeNanos() {
    return steps.stream().mapToLong(StepReport::computeNanos).sum();
  }

  public long waitNanos() {
    return steps.stream().mapToLong(StepReport::waitNanos).sum();
  }
}
