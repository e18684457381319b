package io.ringflash.faults;

import io.ringflash.engine.StopSignal;
import io.ringflash.faults.CallLog.Event;
import java.util.ArrayList;
import java.util.List;

/** One device has memory of so many bytes, in virtual time. */
public final class MemoryCap implements Interference {
  private final VirtualTime time;
  private final int rank;
  private final long capBytes;
  private final List<Long> levels = new ArrayList<>();
  private long usedBytes;
  private boolean lifted;

  /**
   * @param rank of the device
   * @param capBytes for its share of the queries and all of its buffers
   */
  public MemoryCap(VirtualTime time, int rank, long capBytes) {
    this.time = time;
    this.rank = rank;
    this.capBytes = capBytes;
  }

  /** From now on the device has all that it wants. */
  public void lift() {
    lifted = true;
  }

  /** Bytes that were in use, or would have been, after each allocation. */
  public List<Long> levels() {
    return List.copyOf(levels);
  }

  /** Bytes that are in use. */
  public long usedBytes() {
    return usedBytes;
  }

  @Override
  public void during(Event event, StopSignal stop) {
    time.pause();
  }

  @Override
  public void allocating(Event event, long bytes) {
    if (event.rank() == rank) {
      levels.add(usedBytes + bytes);
      if (usedBytes + bytes > capBytes && !lifted) {
        throw new OutOfMemoryError(
            "no %d bytes of device memory where %d of %d are used"
                .formatted(bytes, usedBytes, capBytes));
      }
      usedBytes += bytes;
    }
  }

  @Override
  public void freed(Event event, long bytes) {
    if (event.rank() == rank) {
      usedBytes -= bytes;
    }
  }
}
