package io.ringflash.ring;

/** A K/V block arrived as it did not leave. */
public final class DamagedBlockException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param sent checksum of what left
   * @param arrived checksum of what came
   */
  DamagedBlockException(int sent, int arrived) {
    super(
        "a K/V block arrived damaged: its checksum should be %08x but is %08x"
            .formatted(sent, arrived));
  }
}
