package io.ringflash.ring;

import io.ringflash.engine.AttentionDevice;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Devices that a failed run has left behind, for they did not come back from a call in time. Nobody
 * else may use one before it does, nor free its memory.
 */
final class BusyDevices {
  private final Map<AttentionDevice, RankThread> threads = new IdentityHashMap<>();
  private final Set<AttentionDevice> closed = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Leaves {@code device} to {@code thread}, unless that has just ended. */
  synchronized void leave(AttentionDevice device, RankThread thread) {
    if (!thread.ended()) {
      threads.put(device, thread);
    }
  }

  /** The thread that has {@code device}, or null if it is free. */
  synchronized @Nullable RankThread user(AttentionDevice device) {
    return threads.get(device);
  }

  /** A thread has come to its end; if everybody else is done, too, it closes the device. */
  void comeBack(AttentionDevice device) {
    boolean last;
    synchronized (this) {
      last = threads.remove(device) != null && closed.contains(device);
    }
    if (last) {
      device.close();
    }
  }

  /** Closes {@code device} once, or has its thread do so as soon as it comes back. */
  void close(AttentionDevice device) {
    boolean free;
    synchronized (this) {
      free = closed.add(device) && !threads.containsKey(device);
    }
    if (free) {
      device.close();
    }
  }
}
