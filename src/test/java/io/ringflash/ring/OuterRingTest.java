package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.ring.RingSchedule.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All placements of up to four processes of up to three devices, all shardings, both orders. */
class OuterRingTest {
  private static final int TOKENS_PER_RANK = 4;

  private static final List<AttentionMask> MASKS =
      List.of(
          AttentionMask.NONE,
          new AttentionMask(true, -1, -1),
          new AttentionMask(true, 5, 0),
          new AttentionMask(false, 0, 3));

  /** A schedule of all ranks, and where they are. */
  record Case(Placement placement, Sharding sharding, AttentionMask mask, boolean canonical) {
    RingSchedule schedule() {
      int ranks = placement.ranks();
      double[] speeds = IntStream.range(0, ranks).mapToDouble(rank -> 1 + rank % 3).toArray();
      List<List<PositionSlice>> shards = sharding.shard((long) TOKENS_PER_RANK * ranks, speeds);
      return canonical
          ? RingSchedule.canonical(
              shards, Sharding.CONTIGUOUS.shard((long) TOKENS_PER_RANK * ranks, speeds), mask, 0)
          : RingSchedule.ring(shards, shards, mask, 0, placement);
    }
  }

  private static List<Case> cases(Placement placement) {
    List<Case> cases = new ArrayList<>();
    for (Sharding sharding : Sharding.values()) {
      for (AttentionMask mask : MASKS) {
        cases.add(new Case(placement, sharding, mask, false));
        cases.add(new Case(placement, sharding, mask, true));
      }
    }
    return cases;
  }

  static Stream<Placement> placements() {
    List<List<Integer>> all = new ArrayList<>(List.of(List.of()));
    for (int from = 0, processes = 0; processes < 4; processes++) {
      int to = all.size();
      for (; from < to; from++) {
        for (int devices = 1; devices <= 3; devices++) {
          List<Integer> longer = new ArrayList<>(all.get(from));
          longer.add(devices);
          all.add(longer);
        }
      }
    }
    return all.stream().filter(devices -> !devices.isEmpty()).map(Placement::new);
  }

  @ParameterizedTest
  @MethodSource("placements")
  void everyRankFoldsEveryBlockOnce(Placement placement) {
    cases(placement).forEach(OuterRingTest::requireEveryBlockOnce);
  }

  private static void requireEveryBlockOnce(Case test) {
    RingSchedule schedule = test.schedule();
    for (int rank = 0; rank < test.placement().ranks(); rank++) {
      assertThat(schedule.steps(rank).stream().map(Step::block))
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, test.placement().ranks()).boxed().toList());
      assertThat(schedule.steps(rank).stream().map(Step::index))
          .isEqualTo(IntStream.range(0, test.placement().ranks()).boxed().toList());
    }
  }

  @ParameterizedTest
  @MethodSource("placements")
  void whatIsNeededArrivesOnceAndNothingElse(Placement placement) {
    cases(placement).forEach(OuterRingTest::requireNeededArrivals);
  }

  private static void requireNeededArrivals(Case test) {
    RingSchedule schedule = test.schedule();
    Placement placement = test.placement();
    OuterRing ring = OuterRing.of(schedule, placement);
    for (int process = 0; process < placement.processes(); process++) {
      Set<Integer> needed = neededFrom(schedule, placement, process);
      assertThat(ring.arrivals(process)).doesNotHaveDuplicates();
      assertThat(Set.copyOf(ring.arrivals(process))).isEqualTo(needed);
    }
  }

  /** Blocks of others that this process, or one after it and before their owner, folds in. */
  private static Set<Integer> neededFrom(RingSchedule schedule, Placement placement, int process) {
    Set<Integer> needed = new HashSet<>();
    for (int rank = 0; rank < placement.ranks(); rank++) {
      for (Step step : schedule.steps(rank)) {
        int owner = placement.processOf(step.block());
        int hops = Math.floorMod(placement.processOf(rank) - owner, placement.processes());
        int hopsHere = Math.floorMod(process - owner, placement.processes());
        if (step.mask() != BlockMask.EMPTY && hopsHere > 0 && hopsHere <= hops) {
          needed.add(step.block());
        }
      }
    }
    return needed;
  }

  /**
   * Plays the run with unbounded patience and the room that the ring asks for: a process folds a
   * block once it is there, and everything comes to its end.
   */
  @ParameterizedTest
  @MethodSource("placements")
  void nobodyWaitsInACircle(Placement placement) {
    assertThat(cases(placement))
        .allMatch(test -> new Play(test.schedule(), test.placement()).finishes());
  }

  @Test
  void drawnAsInTheDocumentation() {
    Placement placement = new Placement(List.of(2, 2, 2));
    Case test = new Case(placement, Sharding.CONTIGUOUS, AttentionMask.NONE, false);
    OuterRing ring = OuterRing.of(test.schedule(), placement);
    assertThat(ring.arrivals(0)).containsExactly(4, 5, 2, 3);
    assertThat(ring.arrivals(1)).containsExactly(0, 1, 4, 5);
    assertThat(ring.departures(0)).isEqualTo(ring.arrivals(1));
    assertThat(ring.slots()).isEqualTo(4);
    assertThat(ring.users(1, 0)).isEqualTo(2);
  }

  @Test
  void oneProcessMovesNothing() {
    Placement placement = Placement.inOneProcess(3);
    Case test = new Case(placement, Sharding.ZIGZAG, AttentionMask.NONE, false);
    assertThat(OuterRing.of(test.schedule(), placement).arrivals(0)).isEmpty();
  }

  /** A run without time: each call of {@link #step} does what can be done. */
  private static final class Play {
    private final RingSchedule schedule;
    private final Placement placement;
    private final OuterRing ring;
    private final int[] arrived;
    private final int[] folded;
    private final List<Set<Integer>> here = new ArrayList<>();

    Play(RingSchedule schedule, Placement placement) {
      this.schedule = schedule;
      this.placement = placement;
      this.ring = OuterRing.of(schedule, placement);
      this.arrived = new int[placement.processes()];
      this.folded = new int[placement.ranks()];
      for (int process = 0; process < placement.processes(); process++) {
        int first = placement.firstRank(process);
        here.add(new HashSet<>());
        for (int block = first; block < placement.firstRank(process + 1); block++) {
          here.get(process).add(block);
        }
      }
    }

    boolean finishes() {
      while (step()) {
        // Goes on as long as anything moves.
      }
      return IntStream.range(0, folded.length)
              .allMatch(rank -> folded[rank] == schedule.activeSteps(rank).size())
          && IntStream.range(0, arrived.length)
              .allMatch(process -> arrived[process] == ring.arrivals(process).size());
    }

    private boolean step() {
      boolean moved = false;
      for (int process = 0; process < placement.processes(); process++) {
        moved |= receive(process);
      }
      for (int rank = 0; rank < placement.ranks(); rank++) {
        moved |= fold(rank);
      }
      return moved;
    }

    private boolean receive(int process) {
      List<Integer> arrivals = ring.arrivals(process);
      int next = arrived[process];
      int previous = Math.floorMod(process - 1, placement.processes());
      if (next == arrivals.size()
          || !here.get(previous).contains(arrivals.get(next))
          || (next >= ring.slots() && !isFree(process, arrivals.get(next - ring.slots())))) {
        return false;
      }
      if (next >= ring.slots()) {
        here.get(process).remove(arrivals.get(next - ring.slots()));
      }
      here.get(process).add(arrivals.get(next));
      arrived[process]++;
      return true;
    }

    /** Whether a block has been folded in here, and sent on to whoever needs it. */
    private boolean isFree(int process, int block) {
      int next = (process + 1) % placement.processes();
      int index = ring.arrivals(next).indexOf(block);
      boolean sent = index < 0 || arrived[next] > index;
      return sent
          && IntStream.range(placement.firstRank(process), placement.firstRank(process + 1))
              .allMatch(rank ->
                  schedule.activeSteps(rank).stream()
                      .skip(folded[rank])
                      .noneMatch(step -> step.block() == block));
    }

    private boolean fold(int rank) {
      List<Step> steps = schedule.activeSteps(rank);
      if (folded[rank] == steps.size()
          || !here.get(placement.processOf(rank)).contains(steps.get(folded[rank]).block())) {
        return false;
      }
      folded[rank]++;
      return true;
    }
  }
}
