package io.ringflash.engine.tornado;

import io.ringflash.engine.DevicePeaks;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** What a device can do at most in FP32 arithmetic and in its memory. Runs on its worker thread. */
final class PeakProbe {
  private static final long PHASE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int GROUPS_PER_UNIT = 16;

  /** Of 128 numbers: long enough for a launch not to count. */
  private static final int ROUNDS = 4096;

  private static final int ELEMENTS = 1 << 26;

  private final TornadoXPUDevice device;
  private final long stream;
  private final int groups;
  private final boolean vectors;

  /**
   * @param vectors whether to compute with vectors, one thread a group
   * @param computeUnits cores or multiprocessors
   * @param stream names a queue for transfers
   */
  PeakProbe(TornadoXPUDevice device, int computeUnits, boolean vectors, long stream) {
    this.device = device;
    this.stream = stream;
    this.groups = computeUnits * GROUPS_PER_UNIT;
    this.vectors = vectors;
  }

  DevicePeaks measure() {
    return new DevicePeaks(flopsPerSecond(), bytesPerSecond());
  }

  private double flopsPerSecond() {
    // A vector of one thread, or a number of each of a group's threads.
    int groupNumbers = vectors ? VectorMath.LANES : LayoutKernels.THREADS;
    int rounds = ROUNDS * LayoutKernels.THREADS / groupNumbers;
    FloatArray sums = new FloatArray(groupNumbers);
    IntArray sizes = new IntArray(PeakKernels.SIZES);
    try (KernelGraph graph =
            new KernelGraph(
                device,
                List.of(sums, sizes),
                Map.of("peak", vectors ? 1 : LayoutKernels.THREADS),
                tasks -> addPeak(tasks, sums, sizes));
        Allocations memory = new Allocations(device)) {
      graph.bind(sums, memory.onDevice((long) groups * groupNumbers, Float.BYTES));
      graph.bind(sizes, memory.upload(new int[] {rounds, threads()}, stream));
      graph.groups("peak", groups);
      return rate(graph) * 2.0 * PeakKernels.CHAINS * rounds * groups * groupNumbers;
    }
  }

  private void addPeak(TaskGraph tasks, FloatArray sums, IntArray sizes) {
    KernelContext context = new KernelContext();
    if (vectors) {
      tasks.task("peak", PeakKernels::multiplyAddVectors, context, sums, sizes);
    } else {
      tasks.task("peak", PeakKernels::multiplyAdd, context, sums, sizes);
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
                Map.of("copy", LayoutKernels.THREADS),
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
