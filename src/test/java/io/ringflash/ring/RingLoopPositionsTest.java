package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionMask;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.Interference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where ranks are is known while they run, so that others can say where they were last. */
class RingLoopPositionsTest {
  /** An embedded device alone runs in the caller's thread. */
  @ParameterizedTest
  @CsvSource({"1, true", "1, false", "2, true", "2, false"})
  void allRanksAreNamed(int ranks, boolean embedded) {
    List<RingLoop> loops = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    Interference look =
        (event, stop) -> {
          if (event.rank() == 0 && event.call() == Call.FINISH) {
            seen.add(loops.getFirst().positions());
          }
        };
    try (FakeRing ring = new FakeRing(ranks, look, embedded);
        HostExchange exchange = HostExchange.create()) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      RingLoop loop = ring.loop(job, ring.group(), exchange, new MachineScheduler());
      loops.add(loop);
      loop.run(job);
      assertThat(seen).hasSize(1);
      assertThat(seen.getFirst()).startsWith("rank 0 (fake:0) at step " + ranks);
      assertThat(seen.getFirst().split(", ")).hasSize(ranks);
      assertThat(loop.positions()).isEmpty();
    }
  }
}
