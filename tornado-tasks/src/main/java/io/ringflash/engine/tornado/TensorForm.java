package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.tensor.DType;
import java.util.Locale;

/**
 * Which of the compiled tensor-core kernels serves a problem.
 *
 * @param width head dimension with padding
 * @param dtype storage type
 * @param extended whether scores are more than scaled and masked
 */
record TensorForm(int width, DType dtype, boolean extended) {
  static final int WIDEST = 128;

  /** Query tiles that a group of the fold kernel takes. */
  private static final int TILES_PER_GROUP = 2;

  static TensorForm of(AttentionProblem problem) {
    boolean plain =
        problem.scale() > 0
            && !(problem.softcap() > 0)
            && !problem.alibi().enabled()
            && !problem.dropout().enabled();
    int width = problem.shape().headDim() <= 64 ? 64 : WIDEST;
    return new TensorForm(width, problem.dtype(), !plain);
  }

  /** The name in reports. */
  String label() {
    return label(width);
  }

  static String label(int width) {
    return "tensor-" + width;
  }

  /** The file of the fold kernel. */
  String foldFile() {
    return "fold-d%d-%s%s.ptx".formatted(width, storage(), extended ? "-extended" : "");
  }

  /** The file of Hopper's fold kernel, which takes what {@link #fitsHopper}. */
  String hopperFile() {
    return "hopper-d%d-%s.ptx".formatted(width, storage());
  }

  /** Whether Hopper's kernels do all that this form asks for. */
  boolean fitsHopper() {
    return !extended && !splits();
  }

  /** Warp groups of a block of Hopper's fold kernel that multiply, with a query tile each. */
  int hopperWarpGroups() {
    return width == WIDEST ? 2 : 3;
  }

  /** The name of Hopper's kernels in reports. */
  String hopperLabel() {
    return hopperLabel(width);
  }

  static String hopperLabel(int width) {
    return "hopper-" + width;
  }

  /** Whether keys and values are split into halves before they are folded in. */
  boolean splits() {
    return dtype == DType.FP32;
  }

  /** The file of the kernel that splits. */
  String splitFile() {
    return "split-d%d.ptx".formatted(width);
  }

  /**
   * Threads of a group of the fold kernel: half as many rows each where FP32 takes many registers.
   */
  int foldThreads() {
    return splits() && width == WIDEST ? 256 : LayoutKernels.THREADS;
  }

  /** Groups of the fold kernel. */
  static long foldGroups(TensorMemory memory) {
    return memory.rowHeads() * Math.ceilDiv(memory.tiles(), TILES_PER_GROUP);
  }

  /** The file of the kernel that ends it. */
  String finishFile() {
    return "finish-%s.ptx".formatted(storage());
  }

  private String storage() {
    return dtype.name().toLowerCase(Locale.ROOT);
  }
}
