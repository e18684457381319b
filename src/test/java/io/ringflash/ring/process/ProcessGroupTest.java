package io.ringflash.ring.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.engine.StopSignal.StoppedException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessGroupTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void valuesGoWhereTheyShould(int size) {
    List<Integer> all = IntStream.range(0, size).mapToObj(p -> 10 * p).toList();
    try (FakeNetwork network = new FakeNetwork(size)) {
      network.onEach(process -> {
        ProcessGroup group = new ProcessGroup(network.transport(process));
        assertThat(group.gather(Integer.class, 10 * process))
            .isEqualTo(process == 0 ? all : List.of());
        assertThat(group.allGather(Integer.class, 10 * process)).isEqualTo(all);
        assertThat(group.broadcast(String.class, "from " + process)).isEqualTo("from 0");
        assertThat(group.hosts()).hasSize(size).contains("host" + process);
        group.barrier();
        return null;
      });
    }
  }

  /** The threads of one JVM have one clock. */
  @Test
  void clocksAgree() {
    try (FakeNetwork network = new FakeNetwork(3)) {
      List<Long> offsets =
          network.onEach(process -> new ProcessGroup(network.transport(process)).clockOffset());
      assertThat(offsets.getFirst()).isZero();
      assertThat(offsets).allMatch(offset -> Math.abs(offset) < 50_000_000L);
    }
  }

  @Test
  void alone() {
    ProcessGroup group = ProcessGroup.alone();
    assertThat(group.isFirst()).isTrue();
    assertThat(group.allGather(String.class, "me")).containsExactly("me");
    assertThat(group.clockOffset()).isZero();
  }

  @Test
  void anInterruptEndsAWait() {
    try (FakeNetwork network = new FakeNetwork(2)) {
      List<ProcessGroup> groups =
          network.onEach(process -> new ProcessGroup(network.transport(process)));
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> groups.getFirst().barrier()).isInstanceOf(StoppedException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
