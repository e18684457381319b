package io.ringflash.ring;

import java.io.Serializable;

/**
 * A device that failed in a call which others finished.
 *
 * @param rank that it had
 * @param device its name
 * @param step that it failed at: of the ring, or their number if it was finishing
 * @param cause in words
 * @param nanos time that the call lost: all that had been done was done again
 */
public record DeviceLoss(int rank, String device, int step, String cause, long nanos)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  static DeviceLoss of(RingException failure, long nanos) {
    return new DeviceLoss(
        failure.rank(), failure.device(), failure.step(), failure.reason(), nanos);
  }
}
