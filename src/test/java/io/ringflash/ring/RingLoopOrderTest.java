package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.Interference;
import io.ringflash.ring.RankReport.StepReport;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a ring asks its devices for, and in which order. */
class RingLoopOrderTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void everyRankFoldsEveryBlockInRingOrder(int ranks) {
    try (FakeRing ring = new FakeRing(ranks, Interference.NONE)) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      ring.run(job);
      for (int rank = 0; rank < ranks; rank++) {
        List<String> order = active(job, rank);
        assertThat(order).hasSize(ranks);
        assertThat(ring.log().blocks(rank, Call.LOAD)).isEqualTo(order);
        assertThat(ring.log().blocks(rank, Call.FOLD)).isEqualTo(order);
        assertThat(ring.log().count(rank, Call.FINISH)).isOne();
      }
      ring.requireAllClosed();
    }
  }

  /** One thread more than cores would keep a rank waiting for its turn. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void theLastOfEmbeddedRanksRunsInTheCallersThread(int ranks) {
    Map<Integer, Thread> threads = new ConcurrentHashMap<>();
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FOLD) {
            threads.put(event.rank(), Thread.currentThread());
          }
        };
    try (FakeRing ring = new FakeRing(ranks, interference, true)) {
      ring.run(ring.job(AttentionMask.NONE, false));
    }
    assertThat(threads).hasSize(ranks);
    assertThat(Set.copyOf(threads.values())).hasSize(ranks);
    assertThat(threads.get(ranks - 1)).isSameAs(Thread.currentThread());
  }

  @Test
  void emptyStepsCostNothing() {
    try (FakeRing ring = new FakeRing(4, Interference.NONE)) {
      RingJob job = ring.job(AttentionMask.CAUSAL, false);
      ring.run(job);
      for (int rank = 0; rank < 4; rank++) {
        assertThat(active(job, rank)).hasSize(rank + 1);
        assertThat(ring.log().blocks(rank, Call.LOAD)).isEqualTo(active(job, rank));
        assertThat(ring.log().blocks(rank, Call.FOLD)).isEqualTo(active(job, rank));
      }
      ring.requireAllClosed();
    }
  }

  @Test
  void jointBlockComesFirstOnEveryRank() {
    try (FakeRing ring = new FakeRing(3, Interference.NONE)) {
      RingReport report = ring.run(ring.job(AttentionMask.NONE, true));
      for (int rank = 0; rank < 3; rank++) {
        assertThat(ring.log().blocks(rank, Call.FOLD)).startsWith("joint").hasSize(4);
        assertThat(report.ranks().get(rank).steps().getFirst().step().index()).isEqualTo(-1);
      }
      ring.requireAllClosed();
    }
  }

  @Test
  void ranksWithoutQueriesOnlyFinish() {
    List<List<PositionSlice>> queries = List.of(List.of(PositionSlice.contiguous(0, 2)), List.of());
    double[] equal = new double[2];
    List<List<PositionSlice>> keys = Sharding.CONTIGUOUS.shard(4, equal);
    try (FakeRing ring = new FakeRing(2, Interference.NONE)) {
      RingReport report = ring.run(ring.job(queries, keys, AttentionMask.NONE, true));
      assertThat(ring.log().blocks(0, Call.FOLD)).containsExactly("joint", "0", "2");
      assertThat(ring.log().count(1, Call.LOAD)).isZero();
      assertThat(ring.log().count(1, Call.FOLD)).isZero();
      assertThat(ring.log().count(1, Call.FINISH)).isOne();
      assertThat(report.ranks().get(1).queries()).isZero();
      ring.requireAllClosed();
    }
  }

  /** Each fold ends only once the next block is on its way: a ring that waits would hang here. */
  @Test
  void theNextBlockTravelsDuringTheFold() {
    Map<String, CountDownLatch> loads = new ConcurrentHashMap<>();
    FakeRing[] ring = new FakeRing[1];
    RingJob[] job = new RingJob[1];
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.LOAD) {
            latch(loads, event.rank(), event.block()).countDown();
          }
          if (event.call() == Call.FOLD) {
            List<String> order = active(job[0], event.rank());
            int next = order.indexOf(event.block()) + 1;
            if (next < order.size()) {
              Waiting.await(latch(loads, event.rank(), order.get(next)));
            }
          }
        };
    ring[0] = new FakeRing(4, interference);
    try (FakeRing open = ring[0]) {
      job[0] = open.job(AttentionMask.CAUSAL, false);
      open.run(job[0]);
      assertThat(open.log().blocks(3, Call.FOLD)).hasSize(4);
      open.requireAllClosed();
    }
  }

  /** Each load but the first ends only once the block before is being folded in. */
  @Test
  void theFoldDoesNotWaitForTheNextBlock() {
    Map<String, CountDownLatch> folds = new ConcurrentHashMap<>();
    RingJob[] job = new RingJob[1];
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FOLD) {
            latch(folds, event.rank(), event.block()).countDown();
          }
          if (event.call() == Call.LOAD) {
            List<String> order = active(job[0], event.rank());
            int previous = order.indexOf(event.block()) - 1;
            if (previous >= 0) {
              Waiting.await(latch(folds, event.rank(), order.get(previous)));
            }
          }
        };
    try (FakeRing ring = new FakeRing(3, interference)) {
      job[0] = ring.job(AttentionMask.NONE, false);
      ring.run(job[0]);
      ring.requireAllClosed();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void twoBuffersAreEnough(boolean joint) {
    try (FakeRing ring = new FakeRing(6, Interference.NONE)) {
      ring.run(ring.job(AttentionMask.NONE, joint));
      for (int rank = 0; rank < 6; rank++) {
        assertThat(ring.log().mostBuffers(rank)).isEqualTo(2);
      }
      ring.requireAllClosed();
    }
  }

  /** All ranks meet in their first fold, each on a thread of its own. */
  @Test
  void ranksComputeAtTheSameTime() {
    int ranks = 4;
    CyclicBarrier barrier = new CyclicBarrier(ranks);
    Set<String> threads = ConcurrentHashMap.newKeySet();
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FOLD && event.block().equals("" + 2 * event.rank())) {
            threads.add(Thread.currentThread().getName());
            Waiting.await(barrier);
          }
        };
    try (FakeRing ring = new FakeRing(ranks, interference)) {
      ring.run(ring.job(AttentionMask.NONE, false));
      assertThat(threads)
          .containsExactlyInAnyOrder(
              "ringflash-rank-0", "ringflash-rank-1", "ringflash-rank-2", "ringflash-rank-3");
    }
  }

  @Test
  void reportsWhatWasDone() {
    try (FakeRing ring = new FakeRing(3, Interference.NONE)) {
      RingJob job = ring.job(AttentionMask.CAUSAL, true);
      RingReport report = ring.run(job);
      assertThat(report.kernels()).isEqualTo("fake");
      assertThat(report.schedule()).isSameAs(job.schedule());
      // Keys and values of one FP32 element each: 1 joint key, and 1, 2 and 3 blocks of 2 keys.
      assertThat(report.bytes()).isEqualTo(8 * (3 + (1 + 2 + 3) * 2));
      RankReport last = report.ranks().get(2);
      assertThat(last.rank()).isEqualTo(2);
      assertThat(last.device()).isEqualTo("fake:2");
      assertThat(last.queries()).isEqualTo(2);
      assertThat(last.steps().stream().map(StepReport::keys)).containsExactly(1L, 2L, 2L, 2L);
      assertThat(last.steps().stream().map(step -> step.step().index()))
          .containsExactly(-1, 0, 1, 2);
    }
  }

  private static CountDownLatch latch(Map<String, CountDownLatch> latches, int rank, String block) {
    return latches.computeIfAbsent(rank + "/" + block, key -> new CountDownLatch(1));
  }

  /** Names of the blocks that the schedule gives a rank. */
  private static List<String> active(RingJob job, int rank) {
    return job.schedule().activeSteps(rank).stream()
        .map(step -> "" + step.block() * FakeRing.TOKENS)
        .toList();
  }
}
