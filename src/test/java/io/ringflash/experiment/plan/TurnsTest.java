package io.ringflash.experiment.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Threads 0, 1 and 2 on cores that have turns of 10 ms. */
class TurnsTest {
  private static final double TURN = 0.01;

  private final EventQueue queue = new EventQueue();
  private final double[] ends = new double[3];

  @Test
  void whoHasACoreKeepsIt() {
    Turns turns = new Turns(queue, 2, 3, TURN);
    start(turns, 0, 0.05);
    start(turns, 1, 0.03);
    queue.run();
    assertThat(ends).containsExactly(new double[] {0.05, 0.03, 0}, within(1e-9));
  }

  @Test
  void threadsOfOneCoreTakeTurns() {
    Turns turns = new Turns(queue, 1, 3, TURN);
    start(turns, 0, 0.02);
    start(turns, 1, 0.03);
    queue.run();

    // 0 1 0 1 1
    assertThat(ends).containsExactly(new double[] {0.03, 0.05, 0}, within(1e-9));
  }

  /** One that has slept waits for the end of a turn, not until all others have had theirs. */
  @Test
  void whoSleptComesNext() {
    Turns turns = new Turns(queue, 1, 3, TURN);
    start(turns, 0, 0.1);
    start(turns, 1, 0.1);
    queue.after(0.035, () -> start(turns, 2, 0.001));
    queue.run();

    assertThat(ends[2]).isCloseTo(0.041, within(1e-9));
    assertThat(Math.max(ends[0], ends[1])).isCloseTo(0.201, within(1e-9));
  }

  /** It does not catch up on what it missed. */
  @Test
  void whoSleptLongDoesNotKeepTheOthersWaiting() {
    Turns turns = new Turns(queue, 1, 3, TURN);
    start(turns, 0, 0.3);
    queue.after(0.2, () -> start(turns, 1, 0.1));
    queue.run();

    // The last 0.1 of each in turns: from 0.2 to 0.4.
    assertThat(Math.min(ends[0], ends[1])).isGreaterThan(0.2 + 0.2 - 3 * TURN);
  }

  private void start(Turns turns, int thread, double seconds) {
    turns.start(thread, seconds, () -> ends[thread] = queue.now());
  }
}
