package io.ringflash.ring;

import java.io.Serializable;
import java.util.List;

/**
 * What came to one process of several from the others.
 *
 * @param process from 0
 * @param host its machine
 * @param ranks of its devices, in order
 * @param received blocks, in order of arrival
 */
public record ProcessReport(int process, String host, List<Integer> ranks, List<Arrival> received)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * One K/V block that crossed the boundary from the process before. Instants are nanoseconds
   * relative to the start of the run, on one clock for all processes.
   *
   * @param block index of the K/V block
   * @param bytes of its keys and values
   * @param startNanos instant at which it began to arrive
   * @param endNanos instant at which it was there
   */
  public record Arrival(int block, long bytes, long startNanos, long endNanos)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    private Arrival later(long nanos) {
      return new Arrival(block, bytes, startNanos + nanos, endNanos + nanos);
    }
  }

  /** The same with instants {@code nanos} later, for a run that began so much earlier. */
  ProcessReport later(long nanos) {
    return new ProcessReport(
        process, host, ranks, received.stream().map(arrival -> arrival.later(nanos)).toList());
  }
}
