package io.ringflash.experiment.trace;

import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.RunReport.Rank;
import io.ringflash.experiment.RunReport.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that a rank was busy with for a while. Times are seconds since the start of the run.
 *
 * @param rank index in the ring
 * @param kind of work
 * @param start when it began
 * @param seconds how long it took
 * @param step what it was for, null for work outside of the ring's steps
 */
record Span(int rank, Kind kind, double start, double seconds, @Nullable Step step) {
  /** Work of a rank; transfers go on beside everything else. */
  enum Kind {
    PREPARE,
    WAIT,
    COMPUTE,
    FINISH,
    TRANSFER;

    /** Whether it goes on beside what the rank computes. */
    boolean beside() {
      return this == TRANSFER;
    }
  }

  double end() {
    return start + seconds;
  }

  /** Everything that {@code run} knows of, rank by rank. */
  static List<Span> of(RunReport run) {
    List<Span> spans = new ArrayList<>();
    for (Rank rank : run.ranks()) {
      int r = rank.rank();
      spans.add(new Span(r, Kind.PREPARE, 0, rank.readySeconds(), null));
      for (Step step : rank.steps()) {
        spans.add(new Span(r, Kind.TRANSFER, step.postSeconds(), step.transferSeconds(), step));
        double waitStart = step.startSeconds() - step.waitSeconds();
        spans.add(new Span(r, Kind.WAIT, waitStart, step.waitSeconds(), step));
        spans.add(new Span(r, Kind.COMPUTE, step.startSeconds(), step.computeSeconds(), step));
      }
      spans.add(new Span(r, Kind.FINISH, rank.finishStartSeconds(), rank.finishSeconds(), null));
    }
    return spans;
  }

  /** A few words, such as {@code step 2: block 1, partial}. */
  String title() {
    if (step == null) {
      return kind.name().toLowerCase(Locale.ROOT);
    }
    String block = step.block() < 0 ? "joint block" : "block " + step.block();
    return switch (kind) {
      case WAIT -> "wait for " + block;
      case TRANSFER -> "receive " + block;
      default ->
          step.step() < 0
              ? "joint block"
              : "step %d: %s, %s".formatted(step.step(), block, step.mask());
    };
  }
}
