package io.ringflash.ring;

import java.io.Serializable;
import java.util.List;

/**
 * What one rank did. Instants are relative to the start of the run.
 *
 * @param rank index in the device group
 * @param device its name, after its process's number and a slash if there are several processes
 * @param kernel that computed
 * @param queries number of its queries, joint ones included
 * @param deviceBytes memory of the device that the run took, at most; 0 for host memory
 * @param readyNanos instant at which the kernel was chosen and the state allocated
 * @param steps those that computed something, in order
 * @param finishStartNanos instant at which the last step began
 * @param finishNanos time of the last step: dividing, rounding and writing
 */
public record RankReport(
    int rank,
    String device,
    String kernel,
    long queries,
    long deviceBytes,
    long readyNanos,
    List<StepReport> steps,
    long finishStartNanos,
    long finishNanos)
    implements Serializable {
  private static final long serialVersionUID = 1L;

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
      long computeNanos)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    private StepReport later(long nanos) {
      return new StepReport(
          step,
          keys,
          bytes,
          postNanos + nanos,
          transferNanos,
          waitNanos,
          startNanos + nanos,
          computeNanos);
    }
  }

  /** The same with instants {@code nanos} later, for a run that began so much earlier. */
  RankReport later(long nanos) {
    List<StepReport> moved = steps.stream().map(step -> step.later(nanos)).toList();
    return new RankReport(
        rank,
        device,
        kernel,
        queries,
        deviceBytes,
        readyNanos + nanos,
        moved,
        finishStartNanos + nanos,
        finishNanos);
  }

  /** The same with the device's name among those of other processes. */
  RankReport ofProcess(int process) {
    return new RankReport(
        rank,
        process + "/" + device,
        kernel,
        queries,
        deviceBytes,
        readyNanos,
        steps,
        finishStartNanos,
        finishNanos);
  }

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
