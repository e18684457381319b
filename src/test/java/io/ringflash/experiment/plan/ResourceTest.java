package io.ringflash.experiment.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourceTest {
  private final EventQueue queue = new EventQueue();
  private final List<Double> ends = new ArrayList<>();

  @Test
  void aJobAloneRunsAsFastAsItCan() {
    new Resource(queue, 4).start(6, 2, this::end);
    queue.run();

    assertThat(ends).containsExactly(3.0);
  }

  @Test
  void jobsDivideWhatThereIsAndTakeOverWhatIsLeft() {
    Resource resource = new Resource(queue, 2);
    resource.start(2, 2, this::end);
    resource.start(6, 2, this::end);
    queue.run();

    // Both at 1 a second until 2; then the longer one at 2 a second for its other 4 units.
    assertThat(ends).hasSize(2);
    assertThat(ends.getFirst()).isCloseTo(2, within(1e-9));
    assertThat(ends.getLast()).isCloseTo(4, within(1e-9));
  }

  @Test
  void whatAJobCannotUseGoesToTheOthers() {
    Resource resource = new Resource(queue, 2);
    resource.start(1, 0.5, this::end);
    resource.start(3, 2, this::end);
    queue.run();

    // 0.5 and 1.5 a second: both end after 2.
    assertThat(ends).allSatisfy(end -> assertThat(end).isCloseTo(2, within(1e-9)));
  }

  @Test
  void aJobThatComesLaterSlowsDownTheOthers() {
    Resource resource = new Resource(queue, 1);
    resource.start(2, 1, this::end);
    queue.after(1, () -> resource.start(1, 1, this::end));
    queue.run();

    // From 1 on both have 1 unit left, at half a unit a second.
    assertThat(ends).hasSize(2);
    assertThat(ends).allSatisfy(end -> assertThat(end).isCloseTo(3, within(1e-9)));
  }

  private void end() {
    ends.add(queue.now());
  }
}
