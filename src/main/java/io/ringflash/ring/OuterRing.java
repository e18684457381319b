package io.ringflash.ring;

import io.ringflash.ring.RingSchedule.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * Which K/V blocks cross the boundary between two processes, and in which order. A pure function of
 * the schedule and of where the devices are.
 *
 * <p>Every process passes blocks to the next one only, so a block crosses each boundary at most
 * once; it goes as far round as the last process that folds it in, and no further.
 *
 * <pre>
 * full attention, 3 processes of 2 devices: blocks that arrive, in order
 * process 0    4 5   2 3        while folding its own 0 1, it receives 4 5 of process 2
 * process 1    0 1   4 5
 * process 2    2 3   0 1
 * </pre>
 */
public final class OuterRing {
  private final int[][] users;
  private final List<List<Integer>> arrivals = new ArrayList<>();
  private final int slots;

  private OuterRing(RingSchedule schedule, Placement placement) {
    int processes = placement.processes();
    int ranks = placement.ranks();
    this.users = new int[processes][ranks];
    for (int rank = 0; rank < ranks; rank++) {
      int[] ofProcess = users[placement.processOf(rank)];
      schedule.activeSteps(rank).forEach(step -> ofProcess[step.block()]++);
    }
    int[] farthest = new int[ranks];
    for (int block = 0; block < ranks; block++) {
      farthest[block] = farthest(placement.processOf(block), block);
    }
    for (int process = 0; process < processes; process++) {
      List<Integer> blocks = new ArrayList<>();
      for (Step step : schedule.steps(placement.firstRank(process))) {
        int distance = Math.floorMod(process - placement.processOf(step.block()), processes);
        if (distance > 0 && distance <= farthest[step.block()]) {
          blocks.add(step.block());
        }
      }
      arrivals.add(List.copyOf(blocks));
    }
    this.slots = slots(placement);
  }

  /**
   * The traffic that {@code schedule} needs.
   *
   * @param schedule of all ranks, with one block per rank
   * @param placement of the ranks
   */
  public static OuterRing of(RingSchedule schedule, Placement placement) {
    return new OuterRing(schedule, placement);
  }

  /** Blocks that a process receives, in the order in which its first rank comes to them. */
  public List<Integer> arrivals(int process) {
    return arrivals.get(process);
  }

  /** Blocks that a process sends, in order: its own, and some that it has received. */
  public List<Integer> departures(int process) {
    return arrivals.get((process + 1) % arrivals.size());
  }

  /** How many of a process's devices fold a block in. */
  public int users(int process, int block) {
    return users[process][block];
  }

  /**
   * Received blocks that a process has room for. Arrival {@code i} takes the place of arrival
   * {@code i − slots}, which comes from a process at least two nearer: so no process waits for room
   * that, round the ring, waits for itself.
   */
  public int slots() {
    return slots;
  }

  /** As {@link #slots()}. */
  public static int slots(Placement placement) {
    return 2 * placement.mostDevices();
  }

  /** Steps round the ring from a block's own process to the last one that folds it in. */
  private int farthest(int owner, int block) {
    int distance = users.length - 1;
    while (distance > 0 && users[(owner + distance) % users.length][block] == 0) {
      distance--;
    }
    return distance;
  }
}
