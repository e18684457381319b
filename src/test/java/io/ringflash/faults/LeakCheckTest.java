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
  static final class Leaky {
    @BeforeEach
    void requireLeaking() {
      assumeTrue(leaking, "part of another test");
    }

    @Test
    void leavesAThread() {
      Thread.ofPlatform().name("idle").start(Leaky::idle);
    }

    private static void idle() {
      try {
        END.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

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
            .selectors(selectClass(Leaky.class))
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
    List<Failure> failures = summary.getSummary().getFailures();
    assertThat(failures.stream().map(failure -> failure.getTestIdentifier().getDisplayName()))
        .containsExactlyInAnyOrder("leavesAThread()", "LeakCheckTest$Leaky");
    assertThat(failures.stream().map(failure -> failure.getException().getMessage()))
        .anyMatch(message -> message.matches("threads are left: \\[Thread\\[.*idle.*"))
        .anyMatch(message -> message.matches("41\\d{5} bytes of off-heap memory are left"));
    assertThat(summary.getSummary().getTestsSucceededCount()).isEqualTo(2);
  }
}
