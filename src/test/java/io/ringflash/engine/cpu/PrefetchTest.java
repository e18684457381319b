package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefetchTest {
  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void linuxHasItOnX86() {
    assertThat(Prefetch.isAvailable()).isTrue();
  }

  /** Nothing is mapped at most of these. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 4096, 0x7fff_ffff_f000L, Long.MIN_VALUE, Long.MAX_VALUE})
  void anyAddressWillDo(long address) {
    assertThatCode(() -> Prefetch.lines(address, 4096, 16, 8)).doesNotThrowAnyException();
    assertThatCode(() -> Prefetch.lines(address, -1, 3, 1)).doesNotThrowAnyException();
  }

  /** A loop that counted down from these would take minutes. */
  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void noRowsAndNoLinesAreNothing(int none) {
    assertThatCode(() -> Prefetch.lines(0, Prefetch.LINE, none, 1)).doesNotThrowAnyException();
    assertThatCode(() -> Prefetch.lines(0, Prefetch.LINE, 1, none)).doesNotThrowAnyException();
  }

  @Test
  void memoryStaysAsItWas() {
    byte[] bytes = new byte[1 << 16];
    new Random(1).nextBytes(bytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      Prefetch.lines(memory.address(), 4096, 16, 64);
      assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
    }
  }
}
