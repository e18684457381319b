package io.ringflash;

import io.ringflash.attention.PositionSlice;
import io.ringflash.ring.RingReport;
import io.ringflash.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What attention computed, and how the ring did it. */
public final class AttentionResult {
  private final Tensor out;
  private final @Nullable Tensor lse;
  private final @Nullable Tensor jointOut;
  private final @Nullable Tensor jointLse;
  private final List<PositionSlice> queries;
  private final RingReport report;

  AttentionResult(
      Tensor out,
      @Nullable Tensor lse,
      @Nullable Tensor jointOut,
      @Nullable Tensor jointLse,
      List<PositionSlice> queries,
      RingReport report) {
    this.out = out;
    this.lse = lse;
    this.jointOut = jointOut;
    this.jointLse = jointLse;
    this.queries = queries;
    this.report = report;
  }

  /** {@code (batch, seqLenQ, heads, headDim)}, in the storage type of q. */
  public Tensor out() {
    return out;
  }

  /** FP32 {@code (batch, heads, seqLenQ)}, natural logarithm; empty if it was not asked for. */
  public Optional<Tensor> lse() {
    return Optional.ofNullable(lse);
  }

  /** {@code (batch, m, heads, headDim)} for the m joint queries; empty without any. */
  public Optional<Tensor> jointOut() {
    return Optional.ofNullable(jointOut);
  }

  /** FP32 {@code (batch, heads, m)}; empty without joint queries, or if lse was not asked for. */
  public Optional<Tensor> jointLse() {
    return Optional.ofNullable(jointLse);
  }

  /**
   * The queries, joint ones included, whose results are here: all of them, unless there are several
   * processes, each of which has the results of its own ranks, or one tensor per rank.
   */
  public List<PositionSlice> queries() {
    return queries;
  }

  /** What each rank did at each step. */
  public RingReport report() {
    return report;
  }
}
