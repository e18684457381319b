package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.engine.AttnType;
import io.ringflash.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * Whether a device, through PTX or NVIDIA's OpenCL, can run the tensor-core kernels, and for which
 * problems it should.
 *
 * @param device its name, for messages
 * @param capability major compute capability, or 0 where no PTX runs
 */
record TensorCores(String device, int capability) {
  /** Ampere: the first with asynchronous copies and BF16. */
  private static final int LEAST_CAPABILITY = 8;

  /** Its warp-group products are in no other architecture, later ones included. */
  private static final int HOPPER = 9;

  /** Rows of 16 bytes are the smallest of 16-bit elements that kernels copy. */
  private static final int HEAD_DIM_STEP = 8;

  static TensorCores of(String name, TornadoXPUDevice device) {
    return new TensorCores(name, ComputeCapability.major(device));
  }

  /**
   * Whether tensor cores should compute.
   *
   * @throws IllegalArgumentException if they are asked for but cannot
   */
  boolean chosen(AttnType attnType, DType dtype, int headDim) {
    boolean fits = capability >= LEAST_CAPABILITY && takes(dtype, headDim);
    if (attnType == AttnType.TENSOR && !fits) {
      throw new IllegalArgumentException(
          "attn-type 'tensor' needs a GPU of NVIDIA's of compute capability %d.0 or more, through ptx or NVIDIA's opencl, and a head dimension up to %d that for fp16 and bf16 is a multiple of %d, but got %s (%s), %s and head dimension %d"
              .formatted(
                  LEAST_CAPABILITY,
                  TensorForm.WIDEST,
                  HEAD_DIM_STEP,
                  device,
                  found(),
                  dtype,
                  headDim));
    }
    return fits && (attnType == AttnType.TENSOR || attnType == AttnType.AUTO);
  }

  /** Whether Hopper's kernels do all that {@code problem} asks for. */
  boolean fitsHopper(AttentionProblem problem) {
    return hasHoppers()
        && takes(problem.dtype(), problem.shape().headDim())
        && TensorForm.of(problem).fitsHopper();
  }

  /**
   * Checks that Hopper's kernels can compute a problem.
   *
   * @throws IllegalArgumentException if they cannot
   */
  void requireHopper(AttentionProblem problem) {
    if (!fitsHopper(problem)) {
      throw new IllegalArgumentException(
          "attn-type 'hopper' needs a ptx device of compute capability %d.0, fp16 or bf16, a head dimension up to %d that is a multiple of %d, a positive scale, and neither softcap, ALiBi nor dropout, but got %s (%s), %s and head dimension %d"
              .formatted(
                  HOPPER,
                  TensorForm.WIDEST,
                  HEAD_DIM_STEP,
                  device,
                  found(),
                  problem.dtype(),
                  problem.shape().headDim()));
    }
  }

  /** Labels of the kernels that AUTO chooses from, from small head dimensions to large ones. */
  List<String> kernels() {
    if (capability < LEAST_CAPABILITY) {
      return List.of(
          FoldForm.Kernel.TILED.label(),
          FoldForm.Kernel.REGISTER_64.label(),
          FoldForm.Kernel.REGISTER_128.label());
    }
    List<String> labels = new ArrayList<>();
    if (hasHoppers()) {
      labels.add(TensorForm.hopperLabel(64));
      labels.add(TensorForm.hopperLabel(TensorForm.WIDEST));
    }
    labels.add(TensorForm.label(64));
    labels.add(TensorForm.label(TensorForm.WIDEST));
    labels.add(FoldForm.Kernel.TILED.label());
    return labels;
  }

  /** OpenCL launches neither code for one architecture alone nor groups with so much memory. */
  private boolean hasHoppers() {
    return capability == HOPPER && device.startsWith("ptx:");
  }

  private String found() {
    return capability == 0 ? "no such GPU" : "compute capability %d.x".formatted(capability);
  }

  private static boolean takes(DType dtype, int headDim) {
    boolean whole = dtype == DType.FP32 || headDim % HEAD_DIM_STEP == 0;
    return whole && headDim <= TensorForm.WIDEST;
  }
}
