package io.ringflash.engine.tornado;

import io.ringflash.engine.DevicePeaks;
import java.util.List;
import java.util.concurrent.TimeUnit;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** What a device can do at most in FP32 arithmetic and in its memory. Runs on its worker thread. */
final class PeakProbe {
  private static final long PHASE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int GROUPS_PER_UNIT = 16;
  private static final int ROUNDS = 4096;
  private static final int ELEMENTS = 1 << 26;

  private final TornadoXPUDevice device;
  private final long stream;
  private final int groups;

  /**
   * @param computeUnits cores or multiprocessors
   * @param stream names a queue for transfers
   */
  PeakProbe(TornadoXPUDevice device, int computeUnits, long stream) {
    this.device = device;
    this.stream = stream;
    this.groups = computeUnits * GROUPS_PER_UNIT;
  }

  DevicePeaks measure() {
    return new DevicePeaks(flopsPerSecond(), bytesPerSecond());
  }

  private double flopsPerSecond() {
    FloatArray sums = new FloatArray(LayoutKernels.THREADS);
    IntArray sizes = new IntArray(PeakKernels.SIZES);
    try (KernelGraph graph =
            new KernelGraph(
                device,
                List.of(sums, sizes),
                List.of("peak"),
                tasks ->
                    tasks.task(
                        "peak", PeakKernels::multiplyAdd, new KernelContext(), sums, sizes));
        Allocations memory = new Allocations(device)) {
      graph.bind(sums, memory.onDevice(threads(), Float.BYTES));
      graph.bind(sizes, memory.upload(new int[] {ROUNDS, threads()}, stream));
      graph.groups("peak", groups);
      return rate(graph) * 2.0 * PeakKernels.CHAINS * ROUNDS * threads();
    }
  }

  private double bytesPerSecond() {
    FloatArray from = new FloatArray(1);
    FloatArray to = new FloatArray(1);
    IntArray sizes = new IntArray(PeakKernels.SIZES);
    sizes.set(PeakKernels.THREADS, LayoutKernels.THREADS);
    try (KernelGraph graph =
            new KernelGraph(
                device,
                List.of(from, to, sizes),
                List.of("copy"),
                tasks ->
                    tasks.task("copy", PeakKernels::copy, new KernelContext(), from, to, sizes));
        Allocations memory = new Allocations(device)) {
      graph.bind(from, memory.onDevice(ELEMENTS, Float.BYTES));
      graph.bind(to, memory.onDevice(ELEMENTS, Float.BYTES));
      graph.bind(sizes, memory.upload(new int[] {ELEMENTS, threads()}, stream));
      graph.groups("copy", groups);
      return rate(graph) * 2.0 * ELEMENTS * Float.BYTES;
    }
  }

  private int threads() {
    return groups * LayoutKernels.THREADS;
  }

  /** Runs per second. */
  private static double rate(KernelGraph graph) {
    graph.run();
    int runs = 0;
    long start = System.nanoTime();
    while (System.nanoTime() - start < PHASE_NANOS) {
      graph.run();
      runs++;
    }
    return runs / ((System.nanoTime() - start) * 1e-9);
  }
}
