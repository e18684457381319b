package io.ringflash.engine.cpu;

import io.ringflash.engine.DevicePeaks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.DoubleSupplier;
import jdk.incubator.vector.FloatVector;

/**
 * What the worker threads can do at most: fused multiply-adds in registers, and copies between
 * arrays larger than any cache. Each phase lasts as long on every device, so that devices which
 * share cores see what they get of them.
 */
final class PeakProbe {
  private static final long PHASE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Multiply-adds are interpreted at first, and interpreted phases are alike, too. */
  private static final int FEWEST_FMA_PHASES = 7;

  private static final int FEWEST_COPY_PHASES = 2;

  private static final int MOST_PHASES = 20;

  /** What counts as faster. */
  private static final double GAIN = 1.05;

  /** Multiply-adds between two looks at the clock. */
  private static final int FMA_ROUNDS = 20_000;

  /** Enough independent sums to hide the latency of a multiply-add on two units. */
  private static final int FMA_CHAINS = 10;

  private static final long COPY_BYTES = 32L << 20;

  private final WorkerPool workers;

  /** No constant: the compiler would load one from memory for each multiply-add. */
  private volatile float factor = 0.999f;

  /** Keeps the compiler from leaving the multiply-adds out. */
  private final DoubleAdder sink = new DoubleAdder();

  PeakProbe(WorkerPool workers) {
    this.workers = workers;
  }

  DevicePeaks measure() {
    return new DevicePeaks(
        settled(this::flopsPerSecond, FEWEST_FMA_PHASES),
        settled(this::bytesPerSecond, FEWEST_COPY_PHASES));
  }

  /** Measures until the JVM has compiled the loop: until the next phase is no faster. */
  private static double settled(DoubleSupplier rate, int fewestPhases) {
    double best = rate.getAsDouble();
    for (int phase = 1; phase < MOST_PHASES; phase++) {
      double next = rate.getAsDouble();
      if (phase >= fewestPhases && next < best * GAIN) {
        return Math.max(best, next);
      }
      best = Math.max(best, next);
    }
    return best;
  }

  private double flopsPerSecond() {
    double flopsPerRound = 2.0 * FMA_CHAINS * FMA_ROUNDS * Simd.SPECIES.length();
    return rate(flopsPerRound, this::multiplyAdd);
  }

  private double bytesPerSecond() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment[] memory = new MemorySegment[workers.threads()];
      for (int i = 0; i < memory.length; i++) {
        memory[i] = arena.allocate(2 * COPY_BYTES, Float.BYTES).fill((byte) 1);
      }
      return rate(
          2.0 * COPY_BYTES,
          worker -> MemorySegment.copy(memory[worker], 0, memory[worker], COPY_BYTES, COPY_BYTES));
    }
  }

  /** Units of work per second, when each round of {@code work} is {@code unitsPerRound} of them. */
  private double rate(double unitsPerRound, WorkerPool.Work work) {
    AtomicLong rounds = new AtomicLong();
    long start = System.nanoTime();
    workers.run(
        workers.threads(),
        worker -> {
          while (System.nanoTime() - start < PHASE_NANOS) {
            work.run(worker);
            rounds.incrementAndGet();
          }
        });
    return unitsPerRound * rounds.get() / ((System.nanoTime() - start) * 1e-9);
  }

  private void multiplyAdd(int worker) {
    FloatVector x = FloatVector.broadcast(Simd.SPECIES, factor);
    FloatVector y = FloatVector.broadcast(Simd.SPECIES, factor);
    FloatVector a = FloatVector.broadcast(Simd.SPECIES, worker);
    FloatVector b = a.add(x);
    FloatVector c = b.add(x);
    FloatVector d = c.add(x);
    FloatVector e = d.add(x);
    FloatVector f = e.add(x);
    FloatVector g = f.add(x);
    FloatVector h = g.add(x);
    FloatVector i = h.add(x);
    FloatVector j = i.add(x);
    for (int round = 0; round < FMA_ROUNDS; round++) {
      a = x.fma(y, a);
      b = x.fma(y, b);
      c = x.fma(y, c);
      d = x.fma(y, d);
      e = x.fma(y, e);
      f = x.fma(y, f);
      g = x.fma(y, g);
      h = x.fma(y, h);
      i = x.fma(y, i);
      j = x.fma(y, j);
    }
    FloatVector all = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j);
    sink.add(all.lane(0));
  }
}
