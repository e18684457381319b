package io.ringflash.engine.tornado;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.invoke.MethodHandle;
import org.junit.jupiter.api.Test;

class NativeLibraryTest {
  private static final String LIBC = "libc.so.6";

  @Test
  void callsFunctions() {
    MethodHandle abs = NativeLibrary.load(LIBC).status("abs", JAVA_INT);
    assertThat(StatusCall.of(() -> (int) abs.invokeExact(-5))).isEqualTo(5);
  }

  @Test
  void aMissingLibraryIsNamed() {
    assertThatThrownBy(() -> NativeLibrary.load("libnowhere.so.9"))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessage("the loader finds no libnowhere.so.9");
  }

  @Test
  void aMissingFunctionIsNamed() {
    NativeLibrary library = NativeLibrary.load(LIBC);
    assertThatThrownBy(() -> library.status("cuNothing", JAVA_INT))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessage("libc.so.6 has no function cuNothing");
  }

  @Test
  void failuresComeAsTheyAre() {
    IllegalStateException failure = new IllegalStateException("lost");
    assertThatThrownBy(() ->
            StatusCall.of(() -> {
              throw failure;
            }))
        .isSameAs(failure);
  }
}
