package io.ringflash.engine.tornado;

import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.tornado.FoldForm.Kernel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way to compute a shard.
 *
 * @param label its name in reports
 * @param kernel null for tensor cores
 * @param registers most registers of a thread, through PTX
 */
record KernelOption(String label, @Nullable Kernel kernel, int registers) {
  /** Through PTX: fewer let more groups run at once, more spill less. */
  private static final int[] REGISTERS = {Kernel.REGISTERS, 128, 255};

  static final KernelOption TENSOR = new KernelOption("tensor", null, 0);
  static final KernelOption HOPPER = new KernelOption("hopper", null, 0);

  /** A kernel in Java with the usual registers. */
  static KernelOption java(Kernel kernel) {
    return new KernelOption(kernel.label(), kernel, Kernel.REGISTERS);
  }

  /**
   * All that fit, the one first that is taken unless another was found to be faster.
   *
   * @param hopper whether Hopper's kernels fit
   * @param tensor whether tensor cores fit
   */
  static List<KernelOption> fitting(
      DeviceInfo device, int headDim, boolean hopper, boolean tensor) {
    List<KernelOption> options = new ArrayList<>();
    if (hopper) {
      options.add(HOPPER);
    }
    if (tensor) {
      options.add(TENSOR);
    }
    if (Kernel.vectors(device)) {
      options.add(java(Kernel.VECTOR));
    }
    Kernel usual = Kernel.fastestOfGpus(headDim);
    // Through PTX, registers can be limited.
    options.addAll(of(usual, device.id().startsWith("ptx:")));
    if (usual != Kernel.TILED) {
      options.add(java(Kernel.TILED));
    }
    return options;
  }

  private static List<KernelOption> of(Kernel kernel, boolean ptx) {
    if (!ptx || kernel == Kernel.TILED) {
      return List.of(java(kernel));
    }
    List<KernelOption> options = new ArrayList<>();
    for (int registers : REGISTERS) {
      String suffix = registers == Kernel.REGISTERS ? "" : "-r" + registers;
      options.add(new KernelOption(kernel.label() + suffix, kernel, registers));
    }
    return options;
  }
}
