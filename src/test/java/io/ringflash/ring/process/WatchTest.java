package io.ringflash.ring.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three processes, whose time passes when the test says so. */
class WatchTest {
  private final AtomicLong time = new AtomicLong();
  private final FakeNetwork network = new FakeNetwork(3);
  private final List<ProcessGroup> groups =
      network.onEach(process -> new ProcessGroup(network.transport(process)));
  private final List<Watch> watches =
      groups.stream().map(group -> new Watch(group, time::get)).toList();

  @AfterEach
  void close() {
    network.close();
  }

  @Test
  void theLivingAreNotLost() {
    for (int i = 0; i < 100; i++) {
      pass(Watch.RECENT_NANOS / 2);
      tickAll();
    }
    assertThat(watches).allMatch(watch -> watch.loss().isEmpty() && watch.missing().isEmpty());
    assertThat(watches.get(0).speaks()).isTrue();
    assertThat(watches.get(1).speaks()).isFalse();
  }

  @Test
  void theFirstNoticesSilence() {
    groups.get(2).reportStatus(() -> "rank 5 (cpu:0) at step 3");
    tickAll();
    network.silence(2);
    for (long passed = 0; passed <= Watch.SILENCE_NANOS; passed += Watch.RECENT_NANOS) {
      pass(Watch.RECENT_NANOS);
      tick(0, 1);
    }
    assertThat(watches.get(0).loss())
        .contains(
            new Watch.Loss(
                "process 2 on host2 gave no sign of life for 4 s; last heard of: rank 5 (cpu:0) at"
                    + " step 3",
                1));
    assertThat(watches.get(1).loss()).isEmpty();
  }

  /** Open MPI 5 ends the job a moment later: there is no time to wait for silence. */
  @Test
  void aBrokenConnectionIsALossAtOnce() {
    groups.get(2).reportStatus(() -> "rank 5 (cpu:0) at step 3");
    tickAll();
    network.sever(2);
    network.settle();
    assertThat(watches.get(0).loss())
        .contains(
            new Watch.Loss("process 2 on host2 died; last heard of: rank 5 (cpu:0) at step 3", 1));
    assertThat(watches.get(0).missing()).isEqualTo(watches.get(0).loss());
    assertThat(watches.get(1).loss()).isEmpty();
  }

  /** Others fail because of it, and may say so before the connection's end has been noticed. */
  @Test
  void whoDiedIsSaidBeforeWhoFailed() {
    tickAll();
    watches.get(1).fail("receiving a block failed", 1);
    network.settle();
    network.sever(2);
    network.settle();
    assertThat(watches.get(0).loss().orElseThrow().message())
        .isEqualTo("process 2 on host2 died; last heard of: not computing");
  }

  @Test
  void theSecondNoticesSilenceOfTheFirst() {
    tickAll();
    network.silence(0);
    for (long passed = 0; passed <= Watch.SILENCE_NANOS; passed += Watch.RECENT_NANOS) {
      pass(Watch.RECENT_NANOS);
      tick(1, 2);
    }
    assertThat(watches.get(1).loss().orElseThrow().message()).startsWith("process 0 on host0 gave");
    assertThat(watches.get(1).speaks()).isTrue();
  }

  @Test
  void aFailureIsToldAtOnce() {
    watches.get(1).fail("out of memory", 7);
    network.settle();
    assertThat(watches.get(0).loss())
        .contains(new Watch.Loss("process 1 on host1: out of memory", 7));
  }

  /** Who does not answer when all are told to end was the one that died. */
  @Test
  void theMissingOneDied() {
    tickAll();
    network.silence(1);
    pass(2 * Watch.RECENT_NANOS);
    tick(0, 2);
    assertThat(watches.get(0).missing().orElseThrow().message())
        .isEqualTo("process 1 on host1 died; last heard of: not computing");
  }

  /** A busy machine keeps the living silent for a while, too. */
  @Test
  void theLongestSilentOneDied() {
    tickAll();
    network.silence(2);
    pass(2 * Watch.RECENT_NANOS);
    tick(0, 1);
    pass(2 * Watch.RECENT_NANOS);
    assertThat(watches.get(0).missing().orElseThrow().message())
        .startsWith("process 2 on host2 died");
  }

  /**
   * Open MPI may end a process when another one's connection breaks: both have been silent since.
   */
  @Test
  void whoFellSilentAtTheSameTimeIsNamedToo() {
    groups.get(2).reportStatus(() -> "writing results");
    tickAll();
    pass(Watch.RECENT_NANOS / 2);
    tick(0, 1);
    network.silence(1);
    network.silence(2);
    pass(2 * Watch.RECENT_NANOS);
    tick(0);
    assertThat(watches.get(0).missing().orElseThrow().message())
        .isEqualTo(
            "process 2 on host2 died; last heard of: writing results; process 1 on host1 has been"
                + " silent for as long; last heard of: not computing");
  }

  @Test
  void whoEndsTheJobIsNotMissing() {
    tickAll();
    watches.get(0).end();
    network.settle();
    network.silence(0);
    pass(2 * Watch.RECENT_NANOS);
    assertThat(watches.get(1).missing()).isEmpty();
    assertThat(watches.get(1).speaks()).isFalse();
  }

  /** A process that was stopped and goes on has heard of nobody, but nobody is lost. */
  @Test
  void whoStoodStillItselfBlamesNobody() {
    tickAll();
    pass(3 * Watch.SILENCE_NANOS);
    watches.get(0).tick();
    assertThat(watches.get(0).loss()).isEmpty();
  }

  @Test
  void whoStoodStillWithinATickBlamesNobody() {
    tickAll();
    groups
        .get(0)
        .reportStatus(() -> {
          pass(3 * Watch.SILENCE_NANOS);
          return "";
        });
    watches.get(0).tick();
    assertThat(watches.get(0).loss()).isEmpty();
    assertThat(watches.get(0).missing()).isEmpty();
  }

  /** It may have been given up meanwhile, and hears of that a moment later. */
  @Test
  void whoStoodStillKnowsForAWhile() {
    tickAll();
    assertThat(watches.get(0).hasStoodStill()).isFalse();
    pass(3 * Watch.SILENCE_NANOS);
    assertThat(watches.get(0).hasStoodStill()).isTrue();
    watches.get(0).tick();
    assertThat(watches.get(0).hasStoodStill()).isTrue();
    watches.get(1).end();
    network.settle();
    assertThat(watches.get(0).isEnding()).isTrue();
    pass(Watch.RECENT_NANOS);
    assertThat(watches.get(0).hasStoodStill()).isFalse();
  }

  @Test
  void afterTheWorkSilenceIsNoLoss() {
    network.onEach(process -> {
      watches.get(process).finish();
      return null;
    });
    pass(2 * Watch.SILENCE_NANOS);
    assertThat(watches).allMatch(watch -> watch.loss().isEmpty());
  }

  /** A text that no beat has room for loses its end, and nothing else happens. */
  @Test
  void longStatusesAreCut() {
    groups.get(1).reportStatus(() -> "x".repeat(5000));
    tickAll();
    pass(2 * Watch.RECENT_NANOS);
    tick(0, 2);
    assertThat(watches.get(0).missing().orElseThrow().message())
        .startsWith("process 1 on host1 died; last heard of: xxx")
        .hasSizeBetween(900, 1100);
  }

  private void pass(long nanos) {
    time.addAndGet(nanos);
  }

  private void tickAll() {
    tick(0, 1, 2);
  }

  /** Beats, and waits until they are heard. */
  private void tick(int... processes) {
    IntStream.of(processes).forEach(process -> watches.get(process).tick());
    network.settle();
  }
}
