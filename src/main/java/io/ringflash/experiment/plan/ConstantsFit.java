package io.ringflash.experiment.plan;

import java.util.List;
import org.apache.commons.math3.exception.TooManyEvaluationsException;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.SimpleValueChecker;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.SimplexOptimizer;

/**
 * Constants with which the largest errors are as small as can be, found by the simplex method. An
 * error is the logarithm of the predicted over the measured time.
 */
final class ConstantsFit {
  private static final int EVALUATIONS = 1000;
  private static final double PRECISION = 1e-6;

  /** A simplex that has collapsed too early is spread out again. */
  private static final int STARTS = 3;

  private static final double FIRST_STEP = 0.7;

  /** High enough for the largest errors to outweigh the others, low enough for a smooth descent. */
  private static final int POWER = 8;

  /** Weight of a constant's distance from its guess, against errors of predictions. */
  private static final double DOUBT = 1e-5;

  /** The same where there are more constants and no more measurements: of several processes. */
  private static final double DOUBT_OF_PROCESSES = 1e-4;

  private final List<Observation> observations;
  private final double[] guess;
  private double[] best;
  private double bestCost = Double.POSITIVE_INFINITY;

  private ConstantsFit(List<Observation> observations) {
    this.observations = observations;
    this.guess = guess(observations).toLogarithms();
    this.best = guess;
  }

  static Constants of(List<Observation> observations) {
    ConstantsFit fit = new ConstantsFit(observations);
    for (int i = 0; i < STARTS; i++) {
      fit.descend();
    }
    return Constants.ofLogarithms(fit.best);
  }

  /** One descent from the best point so far, which it may improve. */
  private void descend() {
    try {
      new SimplexOptimizer(new SimpleValueChecker(PRECISION, PRECISION))
          .optimize(
              new MaxEval(EVALUATIONS),
              GoalType.MINIMIZE,
              new ObjectiveFunction(this::cost),
              new InitialGuess(best.clone()),
              new NelderMeadSimplex(best.length, FIRST_STEP));
    } catch (TooManyEvaluationsException e) {
      // Then the best of them it is.
    }
  }

  private double cost(double[] point) {
    Constants constants = Constants.ofLogarithms(point);
    double sum = 0;
    for (Observation observation : observations) {
      double error =
          Math.log(observation.predictedSeconds(constants) / observation.measuredSeconds());
      sum += Math.pow(error, POWER);
    }
    double cost = Math.pow(sum / observations.size(), 2.0 / POWER) + doubt(point);
    if (cost < bestCost) {
      bestCost = cost;
      best = point.clone();
    }
    return cost;
  }

  /** Keeps constants plausible that the measurements say nothing about. */
  private double doubt(double[] point) {
    double sum = 0;
    for (int i = 0; i < point.length; i++) {
      sum += (point[i] - guess[i]) * (point[i] - guess[i]);
    }
    return (observations.getFirst().computer() == null ? DOUBT : DOUBT_OF_PROCESSES) * sum;
  }

  /** The fastest measurement shows the kernel's speed; the rest begins at plausible values. */
  private static Constants guess(List<Observation> observations) {
    double tflops = observations.stream().mapToDouble(o -> o.record().tflops()).max().orElse(1);
    Costs costs = new Costs(tflops * 1e12, Costs.DEFAULT_EDGE_KEYS, 20e-6, 100e-6, 1 / 2e9, 1);
    ProcessCosts processes =
        observations.getFirst().computer() == null ? null : new ProcessCosts(1 / 4e9, 3e-3, 200e-6);
    return new Constants(costs, new Link(2e9, 0), processes);
  }
}
