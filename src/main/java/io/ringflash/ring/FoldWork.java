package io.ringflash.ring;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.attention.VisiblePairs;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.QueryPart;
import java.util.List;

/**
 * Floating-point operations of one rank's folds.
 *
 * @param problem the whole problem
 * @param queries of the rank
 */
record FoldWork(AttentionProblem problem, List<QueryPart> queries) {
  /** Of all pairs of a query and a key. */
  double all(KeyValueBlock block) {
    return perPair() * queryCount() * block.length();
  }

  /** Of the pairs that the mask leaves, which no kernel can do without. */
  double visible(KeyValueBlock block) {
    double pairs = 0;
    for (QueryPart part : queries) {
      for (PositionSlice keys : block.positions()) {
        pairs +=
            VisiblePairs.between(part.positions(), keys, problem.mask(), problem.queryOffset());
      }
    }
    return perPair() * pairs;
  }

  long queryCount() {
    return QueryPart.count(queries);
  }

  /** Bytes of queries, and of out, which is like them. */
  long queryBytes() {
    long bytes = 0;
    for (QueryPart part : queries) {
      bytes += part.q().byteSize();
    }
    return bytes;
  }

  private double perPair() {
    AttentionShape shape = problem.shape();
    return 4.0 * shape.headDim() * shape.heads() * shape.batch();
  }
}
