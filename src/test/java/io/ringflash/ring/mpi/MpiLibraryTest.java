package io.ringflash.ring.mpi;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What users are told when the library is not what it should be. The C library is no MPI at all.
 */
class MpiLibraryTest {
  private static final String ADVICE =
      "install Open MPI 4.1 or 5 (Debian: apt-get install openmpi-bin) and start with its mpirun";

  @Test
  void none() {
    assertThatThrownBy(() -> MpiLibrary.open("libnowhere.so.40", List.of("libnothing.so")))
        .isInstanceOf(MpiUnavailableException.class)
        .hasMessage("several processes need Open MPI, libnowhere.so.40: found none; %s", ADVICE);
  }

  @Test
  void aLibraryThatIsNoMpi() {
    assertThatThrownBy(() -> MpiLibrary.open("libc.so.6", List.of()))
        .isInstanceOf(MpiUnavailableException.class)
        .hasMessageContaining("should have Open MPI's symbol MPI_Get_library_version")
        .hasMessageEndingWith(ADVICE);
  }

  @Test
  void otherLibrariesThatAreNoMpiAreNotNamed() {
    assertThatThrownBy(() -> MpiLibrary.open("libnowhere.so.40", List.of("libc.so.6")))
        .hasMessageContaining("found none; ");
  }
}
