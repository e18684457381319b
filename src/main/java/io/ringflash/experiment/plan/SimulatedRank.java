package io.ringflash.experiment.plan;

/**
 * A rank as the ring's loop lives it: it asks for the next block when it begins to fold in the one
 * that it has.
 */
final class SimulatedRank {
  private final int rank;
  private final Stages stages;
  private final EventQueue queue;
  private final Processors processors;
  private final SimulatedTransfers transfers;
  private final boolean[] arrived;
  private int posted = -1;
  private int step;
  private boolean busy;
  private double idleSince;
  private double end;
  private double computeSeconds;
  private double waitSeconds;
  private double firstWaitSeconds;

  SimulatedRank(
      int rank,
      Stages stages,
      EventQueue queue,
      Processors processors,
      SimulatedTransfers transfers) {
    this.rank = rank;
    this.stages = stages;
    this.queue = queue;
    this.processors = processors;
    this.transfers = transfers;
    this.arrived = new boolean[stages.steps()];
  }

  void start() {
    step = stages.next(rank, 0);
    post(step);
  }

  /** When its last step was done. */
  double end() {
    return end;
  }

  double computeSeconds() {
    return computeSeconds;
  }

  double waitSeconds() {
    return waitSeconds;
  }

  /** Of it, before the first step. */
  double firstWaitSeconds() {
    return firstWaitSeconds;
  }

  private void post(int wanted) {
    if (wanted < stages.steps() && wanted > posted) {
      posted = wanted;
      transfers.post(rank, wanted, () -> arrive(wanted));
    }
  }

  private void arrive(int arrivedStep) {
    arrived[arrivedStep] = true;
    foldNext();
  }

  /** Folds in what is there, as far as it is. */
  private void foldNext() {
    while (!busy && step < stages.steps() && arrived[step]) {
      int current = step;
      step = stages.next(rank, step + 1);
      double start = queue.now();
      waitSeconds += start - idleSince;
      idleSince = start;
      transfers.folding(rank, current);
      double flops = stages.flops(rank, current);
      // A block that only passes through keeps nobody busy.
      busy = flops > 0;
      post(step);
      if (busy) {
        firstWaitSeconds = computeSeconds == 0 ? start : firstWaitSeconds;
        processors.compute(rank, flops, () -> finishStep(start));
      }
    }
  }

  private void finishStep(double start) {
    idleSince = queue.now();
    end = idleSince;
    computeSeconds += end - start;
    busy = false;
    foldNext();
  }
}
