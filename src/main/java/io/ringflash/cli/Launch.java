package io.ringflash.cli;

import io.ringflash.ring.mpi.MpiTransport;
import io.ringflash.ring.mpi.MpiUnavailableException;
import io.ringflash.ring.process.ProcessGroup;
import java.util.Map;

/**
 * How this process was started, read off the environment that {@code mpirun} makes.
 *
 * @param environment variables
 */
record Launch(Map<String, String> environment) {
  /** Open MPI's mpirun says how many processes it started, in all and on this machine. */
  private static final String SIZE = "OMPI_COMM_WORLD_SIZE";

  private static final String LOCAL_SIZE = "OMPI_COMM_WORLD_LOCAL_SIZE";

  /** Launchers of MPICH and its kin. */
  private static final String OTHER_SIZE = "PMI_SIZE";

  private static final String OTHER_RANK = "PMI_RANK";

  /**
   * The processes that were started together.
   *
   * @throws MpiUnavailableException if there are several and they cannot talk to each other
   */
  ProcessGroup processes() {
    if (environment.containsKey(SIZE)) {
      return new ProcessGroup(MpiTransport.open());
    }
    if (number(OTHER_SIZE) > 1) {
      throw new MpiUnavailableException(
          "%s is set: several processes should be started by the mpirun of Open MPI 4.1 or 5, not by"
                  .formatted(OTHER_SIZE)
              + " that of MPICH or its kin (Debian: apt-get install openmpi-bin)");
    }
    return ProcessGroup.alone();
  }

  /** Whether this process says what all processes of another launcher would say alike. */
  boolean speaks() {
    return number(OTHER_RANK) == 0;
  }

  /** Processes on this machine. */
  int localProcesses() {
    return Math.max(1, number(LOCAL_SIZE));
  }

  private int number(String name) {
    String text = environment.getOrDefault(name, "");
    return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
  }
}
