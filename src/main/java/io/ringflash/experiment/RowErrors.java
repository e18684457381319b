package io.ringflash.experiment;

import io.ringflash.experiment.RowSample.Row;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Errors of one row, or of many and the worst of them.
 *
 * @param worst row of the largest error of out, or null before the first
 */
record RowErrors(@Nullable Row worst, ErrorSummary out, ErrorSummary lse) implements Serializable {
  private static final long serialVersionUID = 1L;

  static final RowErrors NONE = new RowErrors(null, ErrorSummary.NONE, ErrorSummary.NONE);

  RowErrors merge(RowErrors other) {
    Row worse = other.isWorseThan(this) ? other.worst : worst;
    return new RowErrors(worse, out.merge(other.out), lse.merge(other.lse));
  }

  /** Numbers that are finite on one side alone weigh more than any error. */
  private boolean isWorseThan(RowErrors other) {
    if (worst == null || other.worst == null) {
      return other.worst == null;
    }
    boolean unlike = out.unlike() + lse.unlike() > 0;
    boolean otherUnlike = other.out.unlike() + other.lse.unlike() > 0;
    return unlike == otherUnlike ? out.maxError() > other.out.maxError() : unlike;
  }
}
