package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class RankWatchTest {
  private final RankWatch watch = new RankWatch(() -> false);

  @Test
  void silenceIsReportedAfterTheLimit() {
    watch.begin("working", 100);
    assertThat(watch.look(1000)).as("nobody has looked before").isNull();
    assertThat(watch.look(100)).isNull();
    assertThat(Objects.requireNonNull(watch.look(1))).hasMessageStartingWith("working has made no");
  }

  @Test
  void aSignOfLifeEndsTheSilence() {
    watch.begin("working", 100);
    watch.look(0);
    watch.look(100);
    watch.check();
    assertThat(watch.look(100)).isNull();
    assertThat(watch.look(100)).isNull();
    assertThat(watch.look(1)).isNotNull();
  }

  @Test
  void waitingForSomebodyElseIsNoSilence() {
    AtomicBoolean waits = new AtomicBoolean(true);
    watch.begin("loading", 100, waits::get);
    for (int i = 0; i < 10; i++) {
      assertThat(watch.look(1000)).isNull();
    }
    waits.set(false);
    assertThat(watch.look(100)).isNull();
    assertThat(watch.look(1)).isNotNull();
  }
}
