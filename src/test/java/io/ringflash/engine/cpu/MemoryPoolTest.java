package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
  private static final long MEGABYTE = 1 << 20;

  @Test
  void givesAlignedMemoryOfTheSizeAskedFor() {
    try (MemoryPool pool = new MemoryPool();
        MemoryPool.Lease lease = pool.lease()) {
      for (long bytes : new long[] {0, 1, 63, 64, 1000}) {
        MemorySegment segment = lease.allocate(bytes, 64);
        assertThat(segment.byteSize()).isEqualTo(bytes);
        assertThat(segment.address() % 64).isZero();
      }
    }
  }

  @Test
  void leasesDoNotOverlap() {
    try (MemoryPool pool = new MemoryPool();
        MemoryPool.Lease first = pool.lease();
        MemoryPool.Lease second = pool.lease()) {
      MemorySegment a = first.allocate(1000, 64);
      MemorySegment b = first.allocate(1000, 64);
      MemorySegment c = second.allocate(1000, 64);
      a.fill((byte) 1);
      b.fill((byte) 2);
      c.fill((byte) 3);
      assertThat(a.toArray(ValueLayout.JAVA_BYTE)).containsOnly(1);
      assertThat(b.toArray(ValueLayout.JAVA_BYTE)).containsOnly(2);
    }
  }

  @Test
  void keepsWhatIsGivenBackForRequestsOfLikeSize() {
    try (MemoryPool pool = new MemoryPool()) {
      MemorySegment first = once(pool, 1000);
      assertThat(once(pool, 600).address()).isEqualTo(first.address());
      assertThat(once(pool, 1000).address()).isEqualTo(first.address());
      assertThat(once(pool, 400).address())
          .as("less than half of a block would waste it")
          .isNotEqualTo(first.address());
    }
  }

  @Test
  void keepsNothingLargerThanItsLimit() {
    try (MemoryPool pool = new MemoryPool(30 * MEGABYTE)) {
      MemorySegment small = once(pool, 20 * MEGABYTE);
      MemorySegment large = once(pool, 50 * MEGABYTE);
      assertThat(small.scope().isAlive()).isTrue();
      assertThat(large.scope().isAlive()).isFalse();
    }
  }

  /** Problems of another size than earlier ones would have fresh pages for each call otherwise. */
  @Test
  void freesWhatHasBeenIdleLongest() {
    try (MemoryPool pool = new MemoryPool(30 * MEGABYTE)) {
      MemorySegment first = once(pool, 4 * MEGABYTE);
      MemorySegment second = once(pool, 10 * MEGABYTE);
      MemorySegment third = once(pool, 20 * MEGABYTE);
      assertThat(first.scope().isAlive()).isFalse();
      assertThat(second.scope().isAlive()).isTrue();
      assertThat(third.scope().isAlive()).isTrue();

      once(pool, 10 * MEGABYTE);
      once(pool, 4 * MEGABYTE);
      assertThat(third.scope().isAlive()).as("the second was used after it").isFalse();
      assertThat(second.scope().isAlive()).isTrue();
    }
  }

  @Test
  void closedItFreesWhatIsIdleAndWhatComesBack() {
    MemoryPool pool = new MemoryPool();
    MemorySegment idle = once(pool, 100);
    MemorySegment late;
    try (MemoryPool.Lease lease = pool.lease()) {
      late = lease.allocate(5000, 64);
      pool.close();
      assertThat(idle.scope().isAlive()).isFalse();
      assertThat(late.scope().isAlive()).isTrue();
    }
    assertThat(late.scope().isAlive()).isFalse();
  }

  @Test
  void whereMemoryEndsEverythingIsGivenBack() {
    try (MemoryPool pool = new MemoryPool()) {
      MemoryPool.Lease lease = pool.lease();
      MemorySegment first = lease.allocate(1000, 64);
      assertThatThrownBy(() -> lease.allocate(1L << 60, 64)).isInstanceOf(OutOfMemoryError.class);
      assertThat(once(pool, 1000).address()).isEqualTo(first.address());
    }
  }

  private static MemorySegment once(MemoryPool pool, long bytes) {
    try (MemoryPool.Lease lease = pool.lease()) {
      return lease.allocate(bytes, 64);
    }
  }
}
