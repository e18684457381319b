package io.ringflash.ring;

import java.util.List;

/**
 * What one rank did.
 *
 * @param rank index in the device group
 * @param device its name
 * @param kernel that computed
 * @param queries number of its queries, joint ones included
 * @param prepareNanos time of choosing the kernel and allocating the state, from the run's start on
 * @param steps those that computed something, in order
 * @param finishStartNanos instant, relative to the run's start, at which the last step began
 * @param finishNanos time of the last step: dividing, rounding and writing
 */
public record RankReport(
    int rank,
    String device,
    String kernel,
    long queries,
    long prepareNanos,
    List<StepReport> steps,
    long finishStartNanos,
    long finishNanos) {

  /**
   * One ring step. Times are nanoseconds; instants are relative to the start of the run.
   *
   * @param step of the schedule; its index is −1 for the joint block
   * @param keys in the block
   * @param bytes that the block's transfer moved
   * @param postNanos instant at which the block was asked for
   * @param transferNanos time that the transfer took, mostly beside the step before
   * @param waitNanos time that the rank waited for it
   * @param startNanos instant at which computing began
   * @param computeNanos time of computing
   */
  public record StepReport(
      RingSchedule.Step step,
      long keys,
      long bytes,
      long postNanos,
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
