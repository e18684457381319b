package io.ringflash.experiment;

import io.ringflash.AttentionResult;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.NaiveAttention;
import io.ringflash.attention.Oracle;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.experiment.RowSample.Row;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.Tensor;

/**
 * Compares results with the FP64 oracle under the accuracy rule: an engine's error is at most twice
 * that of a naive implementation in the same storage type.
 *
 * <p>Big problems are sampled, so that the oracle's work stays bounded.
 */
public final class Verification {
  /** Multiplications of q·k that the oracle may do: a few seconds on two cores. */
  public static final long DEFAULT_WORK = 1L << 28;

  private static final long FEWEST_ROWS = 16;

  private final AttentionProblem problem;
  private final AttentionInputs inputs;
  private final Oracle oracle;
  private final NaiveAttention naive;
  private final RowSample sample;

  /**
   * @param work multiplications of q·k that bound the number of rows
   * @param seed of the sample
   */
  public Verification(AttentionProblem problem, AttentionInputs inputs, long work, long seed) {
    this.problem = problem;
    this.inputs = inputs;
    this.oracle = new Oracle(problem, inputs);
    this.naive = new NaiveAttention(problem, inputs);
    long keys = Math.max(1, problem.shape().seqLenK() + inputs.jointKeys());
    long limit = Math.max(FEWEST_ROWS, work / (keys * problem.shape().headDim()));
    this.sample = new RowSample(problem.shape(), inputs, limit, seed);
  }

  /** Whether only some of the rows are looked at. */
  public boolean sampled() {
    return sample.count() < sample.total();
  }

  /** Rows that are looked at; they are the progress of {@link #verify}. */
  public long rows() {
    return sample.count();
  }

  /**
   * Looks at {@code result}, which must have lse. Several processes look at the rows that each has;
   * the first one's report is of all of them.
   *
   * @throws StoppedException if the calling thread is interrupted
   */
  public VerificationReport verify(AttentionResult result, ProcessGroup processes) {
    return verify(result, processes, Progress.NONE);
  }

  /** The same; {@code progress} hears of every row that was looked at. */
  public VerificationReport verify(
      AttentionResult result, ProcessGroup processes, Progress progress) {
    Thread caller = Thread.currentThread();
    RowErrors worst =
        sample
            .rows()
            .filter(row -> row.isIn(result.queries()))
            .parallel()
            .map(row -> {
              if (caller.isInterrupted()) {
                throw new StoppedException();
              }
              RowErrors errors = compare(row, result);
              progress.advance(1);
              return errors;
            })
            .reduce(RowErrors.NONE, RowErrors::merge);
    RowErrors ofAll =
        processes.gather(RowErrors.class, worst).stream().reduce(RowErrors.NONE, RowErrors::merge);
    return VerificationReport.of(problem.dtype(), ofAll, sample.count(), sample.total());
  }

  private RowErrors compare(Row row, AttentionResult result) {
    int headDim = problem.shape().headDim();
    double[] exact = new double[headDim];
    float[] simple = new float[headDim];
    double exactLse;
    float simpleLse;
    if (row.joint()) {
      exactLse = oracle.jointRow(row.batch(), row.head(), row.query(), exact);
      simpleLse = naive.jointRow(row.batch(), row.head(), row.query(), simple);
    } else {
      exactLse = oracle.row(row.batch(), row.head(), row.query(), exact);
      simpleLse = naive.row(row.batch(), row.head(), row.query(), simple);
    }
    Tensor out = row.joint() ? result.jointOut().orElseThrow() : result.out();
    Tensor lse = (row.joint() ? result.jointLse() : result.lse()).orElseThrow();
    ErrorSummary outErrors = ErrorSummary.NONE;
    for (int d = 0; d < headDim; d++) {
      float element = out.get(row.batch(), row.query(), row.head(), d);
      outErrors = outErrors.merge(ErrorSummary.of(element, simple[d], exact[d]));
    }
    float rowLse = lse.get(row.batch(), row.head(), row.query());
    return new RowErrors(row, outErrors, ErrorSummary.of(rowLse, simpleLse, exactLse));
  }
}
