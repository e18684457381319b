package io.ringflash.faults;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.StopSignal;
import io.ringflash.faults.CallLog.Event;

/** What befalls the calls to a device, on the threads that make them. */
@FunctionalInterface
public interface Interference {
  /** None. */
  Interference NONE = (event, stop) -> {};

  /** The device is about to do what it was called for. */
  void during(Event event, StopSignal stop);

  /** The device has done it, of which the caller does not know yet. Not called when closing. */
  default void afterwards(Event event, StopSignal stop) {}

  /** The block that arrives in place of one that is loaded. */
  default KeyValueBlock travelling(Event event, KeyValueBlock block) {
    return block;
  }
}
