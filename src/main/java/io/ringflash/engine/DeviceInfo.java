package io.ringflash.engine;

import java.io.Serializable;

/**
 * One device as an engine describes it.
 *
 * @param id what users call it, {@code engine:index}
 * @param description of the hardware
 * @param memoryBytes memory that the device can use
 * @param computeUnits cores or multiprocessors
 * @param hostProcessor whether it is the CPU that runs this program, not a device beside it
 */
public record DeviceInfo(
    String id, String description, long memoryBytes, int computeUnits, boolean hostProcessor)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
