package io.ringflash.experiment.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionShape;
import io.ringflash.experiment.Golden;
import io.ringflash.experiment.Progress;
import io.ringflash.tensor.DType;
import org.junit.jupiter.api.Test;

class PlannerTest {
  private static final AttentionShape LLAMA = new AttentionShape(1, 65_536, 65_536, 32, 8, 128);
  private static final Workload CAUSAL = new Workload(LLAMA, AttentionMask.CAUSAL, DType.FP16, 0);

  @Test
  void theTextIsAsItWas() {
    PlanReport plan = new Planner(CAUSAL, Profile.H100X8.machine(2)).plan(Progress.NONE);
    Golden.check("plan.txt", PlanText.render(plan).replace("\r", ""));
  }

  @Test
  void theBestComesFirstAndIsBalanced() {
    PlanReport plan = new Planner(CAUSAL, Profile.H100X8.machine(1)).plan(Progress.NONE);

    assertThat(plan.choices().getFirst().sharding()).isEqualTo("zigzag");
    assertThat(plan.choices().getFirst().exchange()).isEqualTo("peer");
    assertThat(plan.choices()).extracting(PlanReport.Choice::seconds).isSorted();
    assertThat(plan.choices().getFirst().efficiency()).isBetween(0.95, 1.0);
  }

  /** F / (g·BW), and twice that for a balanced causal ring. */
  @Test
  void theSmallestHidingShardIsThatOfTheFormula() {
    double expected = 2 * 350e12 / (4 * 225e9);
    Link link = new Link(225e9, 0);
    Costs costs = new Costs(350e12, 0, 0, 0, 0, 1);
    Machine machine = new Machine("", 1, 8, 0, Long.MAX_VALUE, costs, link, link, link, null);
    PlanReport plan = new Planner(CAUSAL, machine).plan(Progress.NONE);

    assertThat(plan.smallestShard())
        .isNotNull()
        .isBetween((long) (expected * 0.97), (long) (expected * 1.03));
  }

  @Test
  void aMachineWithoutPeerLinksExchangesThroughItsHost() {
    PlanReport plan = new Planner(CAUSAL, Profile.RTX4090X4.machine(1)).plan(Progress.NONE);

    assertThat(plan.choices()).extracting(PlanReport.Choice::exchange).containsOnly("host");
  }

  @Test
  void whatDoesNotFitIsSaidNotToFit() {
    AttentionShape huge = new AttentionShape(1, 1 << 24, 1 << 24, 32, 8, 128);
    Workload workload = new Workload(huge, AttentionMask.NONE, DType.FP16, 0);
    PlanReport plan = new Planner(workload, Profile.RTX4090X4.machine(1)).plan(Progress.NONE);

    assertThat(plan.choices()).allMatch(choice -> !choice.fits());
  }

  @Test
  void aMachineHasDevicesButNotEndlesslyMany() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Profile.H100X8.machine(0))
        .withMessageContaining("[1, 4096]");
    assertThatIllegalArgumentException().isThrownBy(() -> Profile.H100X8.machine(513));
  }
}
