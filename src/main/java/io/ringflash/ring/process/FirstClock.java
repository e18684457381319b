package io.ringflash.ring.process;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** How far this process's clock is from the first one's, from messages to and fro. */
final class FirstClock {
  private static final int PINGS = 16;

  private final Transport transport;
  private final MemorySegment time = Arena.ofAuto().allocate(Long.BYTES, Long.BYTES);

  FirstClock(Transport transport) {
    this.transport = transport;
  }

  /** What to add to {@link System#nanoTime}; every process measures at the same time. */
  long measureOffset() {
    if (transport.index() > 0) {
      return ping();
    }
    for (int process = 1; process < transport.size(); process++) {
      answer(process);
    }
    return 0;
  }

  /** The fastest message was held up least. */
  private long ping() {
    long fastest = Long.MAX_VALUE;
    long offset = 0;
    for (int i = 0; i < PINGS; i++) {
      long sent = System.nanoTime();
      Waiting.await(transport.send(0, Tag.CLOCK, time));
      Waiting.await(transport.receive(0, Tag.CLOCK, time));
      long took = System.nanoTime() - sent;
      if (took < fastest) {
        fastest = took;
        offset = time.get(ValueLayout.JAVA_LONG, 0) - (sent + took / 2);
      }
    }
    return offset;
  }

  private void answer(int process) {
    for (int i = 0; i < PINGS; i++) {
      Waiting.await(transport.receive(process, Tag.CLOCK, time));
      time.set(ValueLayout.JAVA_LONG, 0, System.nanoTime());
      Waiting.await(transport.send(process, Tag.CLOCK, time));
    }
  }
}
