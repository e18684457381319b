package io.ringflash.ring;

import io.ringflash.ring.RingSchedule.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which blocks a rank can take from another rank's device. A pure function of the schedule.
 *
 * <p>A device holds a block from the step at which it folds it in until the block of its step after
 * the next takes the place. So a block can be copied for a step of rank r if another rank folds it
 * in at the step before: in the ring that is rank r − 1. All other blocks come from the host: each
 * rank's first, those that no rank needed at the step before, and all of the canonical order, in
 * which every rank wants the same block at the same time.
 *
 * <pre>
 * 4 ranks, full                     step 0    1       2       3
 * rank 2: block, where it is             2    1       0       3
 *                                     host    rank 1  rank 1  rank 1
 * </pre>
 */
public final class PeerPlan {
  /**
   * A block's place: in the device of {@code rank} from its step number {@code turn} on, EMPTY
   * steps not counted.
   */
  public record Place(int rank, int turn) {}

  private final List<List<Optional<Place>>> sources = new ArrayList<>();
  private final List<int[]> readers = new ArrayList<>();

  private PeerPlan(RingSchedule schedule) {
    for (int rank = 0; rank < schedule.ranks(); rank++) {
      List<Optional<Place>> ofRank = new ArrayList<>();
      for (Step step : schedule.activeSteps(rank)) {
        ofRank.add(find(schedule, rank, step));
      }
      sources.add(List.copyOf(ofRank));
      readers.add(new int[ofRank.size()]);
    }
    sources.stream()
        .flatMap(List::stream)
        .flatMap(Optional::stream)
        .forEach(place -> readers.get(place.rank())[place.turn()]++);
  }

  /** The plan for {@code schedule}, all of whose ranks' devices reach each other. */
  public static PeerPlan of(RingSchedule schedule) {
    return new PeerPlan(schedule);
  }

  public int ranks() {
    return sources.size();
  }

  /** Steps of a rank that compute something. */
  public int turns(int rank) {
    return sources.get(rank).size();
  }

  /** Where a rank takes the block of a step from; empty for the host. */
  public Optional<Place> source(int rank, int turn) {
    return sources.get(rank).get(turn);
  }

  /** How many ranks take the block from there. */
  public int readers(int rank, int turn) {
    return readers.get(rank)[turn];
  }

  private static Optional<Place> find(RingSchedule schedule, int reader, Step wanted) {
    for (int distance = 1; distance < schedule.ranks(); distance++) {
      int rank = Math.floorMod(reader - distance, schedule.ranks());
      List<Step> steps = schedule.activeSteps(rank);
      for (int turn = 0; turn < steps.size(); turn++) {
        Step step = steps.get(turn);
        if (step.index() == wanted.index() - 1 && step.block() == wanted.block()) {
          return Optional.of(new Place(rank, turn));
        }
      }
    }
    return Optional.empty();
  }
}
