package io.ringflash.experiment;

import io.ringflash.AttentionOptions;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.ring.DeviceLoss;
import io.ringflash.ring.RankReport;
import io.ringflash.ring.RingReport;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A run, as JSON shows it. Times are seconds.
 *
 * @param shape sizes of the problem
 * @param dtype storage type
 * @param attnType kernel that was asked for
 * @param kernel that computed
 * @param sharding of the sequence
 * @param exchange how K/V blocks reached the devices: host or peer
 * @param exchangeReason why so, empty if it was asked for
 * @param deterministic whether the order of folding was canonical
 * @param seconds from the first allocation to the last output
 * @param flops of the two products, over visible pairs
 * @param gflopsPerSecond {@code flops / seconds}
 * @param bytesExchanged that all transfers of K/V blocks moved
 * @param ranks what each device did
 * @param checkSeconds that all threads together spent comparing K/V blocks with what left, beside
 *     computing; null if nobody did
 * @param losses devices that failed before these ones did the work; their time comes on top
 */
public record RunReport(
    AttentionShape shape,
    String dtype,
    String attnType,
    String kernel,
    String sharding,
    String exchange,
    String exchangeReason,
    boolean deterministic,
    double seconds,
    long flops,
    double gflopsPerSecond,
    long bytesExchanged,
    List<Rank> ranks,
    @Nullable Double checkSeconds,
    List<Loss> losses) {
  private static final double NANO = 1e-9;

  /** Runs that were saved before devices could be lost have no list of them. */
  public RunReport {
    losses = Objects.requireNonNullElse(losses, List.of());
  }

  /**
   * A device that failed.
   *
   * @param rank that it had
   * @param step that it failed at
   * @param seconds that were lost
   */
  public record Loss(int rank, String device, int step, String cause, double seconds) {
    private static Loss of(DeviceLoss loss) {
      return new Loss(loss.rank(), loss.device(), loss.step(), loss.cause(), loss.nanos() * NANO);
    }
  }

  /**
   * What one device did. Instants are relative to the start of the run.
   *
   * @param deviceBytes memory of the device that queries, state, results and K/V blocks took, at
   *     most; 0 for host memory
   * @param readySeconds instant at which the kernel was chosen and the state allocated
   * @param finishStartSeconds instant at which dividing, rounding and writing began
   */
  public record Rank(
      int rank,
      String device,
      String kernel,
      long queries,
      long deviceBytes,
      double computeSeconds,
      double waitSeconds,
      long bytes,
      double readySeconds,
      double finishStartSeconds,
      double finishSeconds,
      List<Step> steps) {
    private static Rank of(RankReport report) {
      return new Rank(
          report.rank(),
          report.device(),
          report.kernel(),
          report.queries(),
          report.deviceBytes(),
          report.computeNanos() * NANO,
          report.waitNanos() * NANO,
          report.bytes(),
          report.readyNanos() * NANO,
          report.finishStartNanos() * NANO,
          report.finishNanos() * NANO,
          report.steps().stream().map(Step::of).toList());
    }
  }

  /**
   * One step that computed something.
   *
   * @param step index in the ring, −1 for the joint block
   * @param block index of the K/V block, −1 for the joint block
   * @param mask full or partial
   * @param postSeconds instant at which the block was asked for
   * @param startSeconds instant at which computing began
   */
  public record Step(
      int step,
      int block,
      String mask,
      long keys,
      long bytes,
      double postSeconds,
      double transferSeconds,
      double waitSeconds,
      double startSeconds,
      double computeSeconds) {
    private static Step of(RankReport.StepReport report) {
      return new Step(
          report.step().index(),
          report.step().block(),
          report.step().mask().name().toLowerCase(Locale.ROOT),
          report.keys(),
          report.bytes(),
          report.postNanos() * NANO,
          report.transferNanos() * NANO,
          report.waitNanos() * NANO,
          report.startNanos() * NANO,
          report.computeNanos() * NANO);
    }
  }

  static RunReport of(
      AttentionProblem problem, AttentionOptions options, long flops, RingReport ring) {
    return new RunReport(
        problem.shape(),
        problem.dtype().label(),
        options.attnType().label(),
        ring.kernels(),
        options.sharding().label(),
        ring.exchange().name(),
        ring.exchange().reason(),
        options.deterministic(),
        ring.nanos() * NANO,
        flops,
        (double) flops / ring.nanos(),
        ring.bytes(),
        ring.ranks().stream().map(Rank::of).toList(),
        options.checkBlocks() ? ring.checkNanos() * NANO : null,
        ring.losses().stream().map(Loss::of).toList());
  }

  /** Steps that computed something, joint ones left out. */
  public long computedBlocks() {
    return ranks.stream()
        .flatMap(rank -> rank.steps().stream())
        .filter(step -> step.block() >= 0)
        .count();
  }

  /** Blocks that would be computed without a mask. */
  public long allBlocks() {
    return (long) ranks.size() * ranks.size();
  }
}
