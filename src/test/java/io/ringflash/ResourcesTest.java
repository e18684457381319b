package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ringflash.engine.AttnType;
import io.ringflash.ring.RingException;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.OffHeap;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Threads and memory of a ring end with it. */
class ResourcesTest {
  private final Tensor q = TestTensors.normal(DType.FP32, 1, 1, 600, 2, 16);

  @Test
  void closingEndsAllThreads() throws InterruptedException {
    try (RingFlashAttention ring = Rings.of(4, 8)) {
      ring.forward(q, q, q, AttentionOptions.defaults());
    }
    for (Thread thread : ringThreads()) {
      thread.join(30_000);
      assertThat(thread.isAlive()).as(thread.getName()).isFalse();
    }
  }

  @Test
  void closingFreesAllMemory() {
    for (AttnType kernel : CpuKernels.all()) {
      try (Arena results = Arena.ofShared()) {
        RingFlashAttention ring = Rings.of(3);
        AttentionOptions options =
            AttentionOptions.builder().joint(q, q, q, JointStrategy.FRONT).attnType(kernel).build();
        ring.forward(results, q, q, q, options);
        long before = OffHeap.liveBytes();
        ring.forward(results, q, q, q, options);
        long oneRun = OffHeap.liveBytes() - before;
        // The second run's results, and nothing else.
        assertThat(oneRun).as(kernel.label()).isLessThan(3 * q.byteSize());
        ring.close();
      }
    }
  }

  @Test
  void aFailedRunFreesItsMemory() {
    long before = OffHeap.liveBytes();
    for (int failing = 0; failing < 6; failing++) {
      int nth = failing;
      AtomicInteger calls = new AtomicInteger();
      try (RingFlashAttention ring = Rings.of(3);
          Arena results = Arena.ofShared()) {
        AttentionOptions options =
            AttentionOptions.builder()
                .blockProcessor(block -> {
                  if (calls.getAndIncrement() == nth) {
                    throw new IllegalStateException("enough");
                  }
                  return new DenseProcessor().process(block);
                })
                .build();
        Tensor few = q.slice(1, 0, 30, 1);
        Throwable thrown = catchThrowable(() -> ring.forward(results, few, few, few, options));
        assertThat(thrown).isInstanceOf(RingException.class);
      }
    }
    // What the garbage collector frees meanwhile only makes it less.
    assertThat(OffHeap.liveBytes()).isLessThan(before + q.byteSize());
  }

  private static List<Thread> ringThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("ringflash-") || t.getName().startsWith("cpu:"))
        .toList();
  }
}
