package io.ringflash.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;

/** Every test class has the check, without asking for it, and the check finds what is left. */
class LeakCheckTest {
  private static final CountDownLatch END = new CountDownLatch(1);
  private static final Arena ARENA = Arena.ofShared();

  private static boolean leaking;

  /** Leaks only where it is run below. */
  abstract static class Leaky {
    @BeforeEach
    void requireLeaking() {
      assumeTrue(leaking, "part of another test");
    }

    static void leave(String thread) {
      Thread.ofPlatform().name(thread).start(Leaky::idle);
    }

    private static void idle() {
      try {
        END.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  static final class WithThreads extends Leaky {
    @Test
    void leavesAThread() {
      leave("ringflash-rank-7");
    }

    /** Which may be that of a ring that other tests share, until the class ends. */
    @Test
    void leavesAThreadOfAPool() {
      leave("ringflash-exchange-7");
    }
  }

  static final class WithMemory extends Leaky {
    @Test
    void leavesMemory() {
      assertThat(Tensor.allocate(ARENA, DType.FP32, 1 << 20).size()).isPositive();
    }

    @Test
    void leavesNothing() {
      try (Arena arena = Arena.ofShared()) {
        assertThat(Tensor.allocate(arena, DType.FP32, 1 << 20).size()).isPositive();
      }
    }
  }

  @Test
  void whatIsLeftIsAFailure() {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(WithThreads.class), selectClass(WithMemory.class))
            .configurationParameter(LeakCheck.PATIENCE, "50")
            .build();
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    try (ARENA) {
      leaking = true;
      LauncherFactory.create().execute(request, summary);
    } finally {
      leaking = false;
      END.countDown();
    }
    List<String> failures =
        summary.getSummary().getFailures().stream().map(LeakCheckTest::describe).toList();
    assertThat(failures)
        .hasSize(3)
        .anyMatch(text -> text.matches("leavesAThread\\(\\): threads .* \\[.*-rank-7[^\\[]*]]"))
        .anyMatch(text -> text.matches(".*WithThreads: threads are left: .*-exchange-7.*"))
        .anyMatch(text -> text.matches(".*WithMemory: \\d{7} bytes of off-heap .* are left"));
    assertThat(summary.getSummary().getTestsSucceededCount()).isEqualTo(3);
  }

  private static String describe(Failure failure) {
    return failure.getTestIdentifier().getDisplayName()
        + ": "
        + failure.getException().getMessage();
  }
}
