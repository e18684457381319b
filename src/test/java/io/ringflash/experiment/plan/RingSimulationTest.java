package io.ringflash.experiment.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionShape;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RingSimulationTest {
  private static final double FLOPS = 350e12;
  private static final Link ENDLESS = new Link(1e18, 0);

  /**
   * Liu et al., "Ring Attention": with contiguous shards, rank 7 of 8 computes 7.5 blocks where 4
   * are the mean. 4 / 7.5 is the ceiling that ring implementations publish.
   */
  @ParameterizedTest
  @EnumSource(PlanExchange.class)
  void anUnbalancedCausalRingOfEightReachesFiftyThreePercent(PlanExchange exchange) {
    assertThat(efficiency(AttentionMask.CAUSAL, Sharding.CONTIGUOUS, 8, exchange))
        .isCloseTo(4 / 7.5, within(1e-4));
  }

  @ParameterizedTest
  @EnumSource(PlanExchange.class)
  void zigzagRemovesTheCeiling(PlanExchange exchange) {
    assertThat(efficiency(AttentionMask.CAUSAL, Sharding.ZIGZAG, 8, exchange))
        .isCloseTo(1, within(1e-4));
    assertThat(efficiency(AttentionMask.CAUSAL, Sharding.STRIPED, 8, exchange))
        .isCloseTo(1, within(1e-3));
  }

  @ParameterizedTest
  @EnumSource(Sharding.class)
  void withoutAMaskEveryShardingIsIdealWhereTransfersCostNothing(Sharding sharding) {
    assertThat(efficiency(AttentionMask.NONE, sharding, 5, PlanExchange.PEER))
        .isCloseTo(1, within(1e-3));
  }

  /** A step of n queries and keys takes 4n²HD / F, its transfer 2·n·(H/g)·D·bytes / B. */
  @ParameterizedTest
  @CsvSource({"390e9, 1, 897", "54e9, 1, 6481", "54e9, 4, 1620"})
  void transfersHideFromThePublishedShardLengthOn(double link, int groupSize, long shard) {
    assertThat(exposed(shard * 98 / 100, link, groupSize)).isPositive();
    assertThat(exposed(shard * 102 / 100, link, groupSize)).isZero();
  }

  @Test
  void twoLevelsHideASlowNetworkThatEveryStepWouldWaitFor() {
    // A host's eight blocks come over 50 GB/s while its devices compute eight steps.
    Workload workload = workload(16L * 8192, AttentionMask.NONE, 32, 32);
    Machine hosts = machine(2, 8, new Link(225e9, 5e-6), new Link(50e9, 20e-6));
    Prediction prediction =
        new RingSimulation(workload, hosts, Sharding.ZIGZAG, PlanExchange.PEER).run();

    double stepSeconds = 4.0 * 8192 * 8192 * 32 * 128 / FLOPS;
    double networkSeconds = 8 * 2.0 * 8192 * 32 * 128 * 2 / 50e9;
    assertThat(networkSeconds).isLessThan(8 * stepSeconds).isGreaterThan(2 * stepSeconds);
    assertThat(prediction.avoidableSeconds()).isZero();
  }

  @Test
  void aNetworkThatIsTooSlowIsExposedOncePerHost() {
    Workload workload = workload(4L * 1024, AttentionMask.NONE, 32, 32);
    Machine hosts = machine(2, 2, ENDLESS, new Link(1e9, 0));
    Prediction prediction =
        new RingSimulation(workload, hosts, Sharding.ZIGZAG, PlanExchange.PEER).run();

    // Two blocks share the network; the other host's blocks hide two steps of it.
    double blockSeconds = 2.0 * 1024 * 32 * 128 * 2 / 1e9;
    double stepSeconds = 4.0 * 1024 * 1024 * 32 * 128 / FLOPS;
    assertThat(prediction.exposedSeconds())
        .isCloseTo(2 * blockSeconds - 2 * stepSeconds, within(1e-6));
  }

  @Test
  void devicesThatShareAProcessorTakeAsLongAsOneThatHasIt() {
    Workload workload = workload(4096, AttentionMask.CAUSAL, 8, 8);
    double one = shared(workload, 1);
    assertThat(shared(workload, 4)).isCloseTo(one, within(one * 0.01));
  }

  /**
   * Blocks reach the third host through the second: it waits twice as long as for a neighbour's.
   */
  @Test
  void blocksGoRoundTheHosts() {
    Workload workload = workload(3L * 1024, AttentionMask.NONE, 32, 32);
    Prediction prediction =
        new RingSimulation(
                workload,
                machine(3, 1, ENDLESS, new Link(1e9, 0)),
                Sharding.CONTIGUOUS,
                PlanExchange.HOST)
            .run();

    double blockSeconds = 2.0 * 1024 * 32 * 128 * 2 / 1e9;
    double stepSeconds = 4.0 * 1024 * 1024 * 32 * 128 / FLOPS;
    assertThat(prediction.seconds()).isCloseTo(2 * blockSeconds + stepSeconds, within(1e-6));
  }

  @Test
  void processesThatShareCoresPayForTheirMessages() {
    Workload workload = workload(4096, AttentionMask.NONE, 8, 8);
    double work = 4.0 * 4096 * 4096 * 8 * 128 / 100e9;
    double blocks = 4 * 3 * 2.0 * 1024 * 8 * 128 * 2;

    double expected = (work + blocks * 1e-9) / 2;
    assertThat(sharingCores(workload, new ProcessCosts(1e-9, 1e-3, 0)))
        .isCloseTo(expected, within(expected * 0.02));
  }

  /** Each process writes its own share of the results. */
  @Test
  void processesThatShareCoresWriteResultsOnce() {
    Workload workload = workload(4096, AttentionMask.NONE, 8, 8);
    double work = 4.0 * 4096 * 4096 * 8 * 128 / 100e9;
    double written = 4096 * 8 * 128 * 4.0 / 1e8;

    double expected = (work + written) / 2;
    assertThat(
            sharingCores(
                workload, new Costs(100e9, 0, 0, 0, 1e-8, 1), new ProcessCosts(1e-12, 1e-3, 0)))
        .isCloseTo(expected, within(expected * 0.02));
  }

  private static double sharingCores(Workload workload, ProcessCosts processes) {
    return sharingCores(workload, new Costs(100e9, 0, 0, 0, 0, 1), processes);
  }

  /** Four processes of one thread on two cores. */
  private static double sharingCores(Workload workload, Costs costs, ProcessCosts processes) {
    Machine machine =
        new Machine(
            "",
            4,
            1,
            1,
            Long.MAX_VALUE,
            costs,
            ENDLESS,
            null,
            ENDLESS,
            new CoreSharing(2, processes));
    return new RingSimulation(workload, machine, Sharding.CONTIGUOUS, PlanExchange.HOST)
        .run()
        .seconds();
  }

  @Test
  void jointTokensAreComputedByEveryRank() {
    AttentionShape shape = new AttentionShape(1, 4096, 4096, 8, 8, 64);
    Workload workload = new Workload(shape, AttentionMask.NONE, DType.FP16, 512);
    Prediction prediction =
        new RingSimulation(
                workload, machine(1, 4, ENDLESS, ENDLESS), Sharding.ZIGZAG, PlanExchange.PEER)
            .run();

    assertThat(prediction.computeSeconds())
        .isCloseTo(4.0 * 1024 * (4096 + 512) * 8 * 64 / FLOPS, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({"0, 2048", "2048, 2048", "5000, 5000"})
  void memoryIsQueriesResultsStateAndTwoBlocks(int jointTokens, double largerBlock) {
    AttentionShape shape = new AttentionShape(1, 8192, 8192, 8, 2, 128);
    Workload workload = new Workload(shape, AttentionMask.NONE, DType.FP16, jointTokens);
    Prediction prediction =
        new RingSimulation(
                workload, machine(1, 4, ENDLESS, ENDLESS), Sharding.CONTIGUOUS, PlanExchange.PEER)
            .run();

    double queries = 2048.0 * 8 * 128;
    double keys = (2048 + largerBlock) * 2 * 128;
    assertThat(prediction.memoryBytes())
        .isEqualTo(2 * queries * 2 + 2048.0 * 8 * 130 * 4 + 2 * keys * 2);
  }

  @Test
  void aThousandDevicesAreSimulated() {
    assertThat(efficiency(AttentionMask.CAUSAL, Sharding.ZIGZAG, 1024, PlanExchange.PEER))
        .isCloseTo(1, within(0.01));
  }

  private static double efficiency(
      AttentionMask mask, Sharding sharding, int devices, PlanExchange exchange) {
    Workload workload = workload((1L << 17) * devices, mask, 32, 8);
    return new RingSimulation(workload, machine(1, devices, ENDLESS, ENDLESS), sharding, exchange)
        .run()
        .efficiency();
  }

  /** Of the block before, a window of 1,024 keys needs as many. */
  @ParameterizedTest
  @EnumSource(PlanExchange.class)
  void ofABlockOnlyWhatIsSeenTravels(PlanExchange exchange) {
    Workload workload = workload(2L * 8192, new AttentionMask(false, 1024, 0), 32, 32);
    Link slow = new Link(1e6, 0);
    Costs costs = new Costs(FLOPS, 0, 0, 0, 0, 1);
    Machine machine = new Machine("", 1, 2, 0, Long.MAX_VALUE, costs, slow, slow, ENDLESS, null);
    Prediction prediction =
        new RingSimulation(workload, machine, Sharding.CONTIGUOUS, exchange).run();
    assertThat(prediction.avoidableSeconds())
        .isCloseTo(2.0 * 1024 * 32 * 128 * 2 / 1e6, withinPercentage(1));
  }

  private static double exposed(long shard, double link, int groupSize) {
    Workload workload = workload(4 * shard, AttentionMask.NONE, 32, 32 / groupSize);
    Machine machine = machine(1, 4, new Link(link, 0), ENDLESS);
    return new RingSimulation(workload, machine, Sharding.CONTIGUOUS, PlanExchange.PEER)
        .run()
        .exposedSeconds();
  }

  private static double shared(Workload workload, int devices) {
    Costs costs = new Costs(200e9, 0, 0, 0, 0, 1);
    Machine machine =
        new Machine("", 1, devices, 2, Long.MAX_VALUE, costs, ENDLESS, null, ENDLESS, null);
    return new RingSimulation(workload, machine, Sharding.ZIGZAG, PlanExchange.HOST)
        .run()
        .seconds();
  }

  private static Machine machine(int hosts, int devices, Link peer, Link between) {
    Costs costs = new Costs(FLOPS, 0, 0, 0, 0, 1);
    return new Machine(
        "test", hosts, devices, 0, Long.MAX_VALUE, costs, ENDLESS, peer, between, null);
  }

  private static Workload workload(long tokens, AttentionMask mask, int heads, int kvHeads) {
    AttentionShape shape = new AttentionShape(1, tokens, tokens, heads, kvHeads, 128);
    return new Workload(shape, mask, DType.FP16, 0);
  }
}
