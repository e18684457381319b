package io.ringflash.faults;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.StopSignal;
import io.ringflash.faults.CallLog.Event;

/** What befalls the calls to a device or an exchange, on the threads that make them. */
@FunctionalInterface
public interface Interference {
  /** None. */
  Interference NONE = (event, stop) -> {};

  /** What was called for is about to be done. */
  void during(Event event, StopSignal stop);

  /** It has been done, of which the caller does not know yet. Not called when closing. */
  default void afterwards(Event event, StopSignal stop) {}

  /** The device is about to take so many bytes for queries or for blocks. */
  default void allocating(Event event, long bytes) {}

  /** The device has given back so many bytes. */
  default void freed(Event event, long bytes) {}

  /** The block that arrives in place of one that is on its way. */
  default KeyValueBlock travelling(Event event, KeyValueBlock block) {
    return block;
  }
}
