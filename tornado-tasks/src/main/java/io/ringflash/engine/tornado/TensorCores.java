package io.ringflash.engine.tornado;

import io.ringflash.engine.AttnType;
import io.ringflash.tensor.DType;
import java.lang.reflect.Method;
import java.util.List;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * Whether a device can run the tensor-core kernels, and for which problems it should.
 *
 * @param device its name, for messages
 * @param capability major compute capability, or 0 where PTX doesn't run
 */
record TensorCores(String device, int capability) {
  /** Ampere: the first with asynchronous copies and BF16. */
  private static final int LEAST_CAPABILITY = 8;

  /** Rows of 16 bytes are the smallest of 16-bit elements that kernels copy. */
  private static final int HEAD_DIM_STEP = 8;

  static TensorCores of(String name, TornadoXPUDevice device) {
    return new TensorCores(name, name.startsWith("ptx:") ? majorCapability(device) : 0);
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
          "attn-type 'tensor' needs a ptx device of compute capability %d.0 or more, and a head dimension up to %d that for fp16 and bf16 is a multiple of %d, but got %s (%s), %s and head dimension %d"
              .formatted(
                  LEAST_CAPABILITY,
                  TensorForm.WIDEST,
                  HEAD_DIM_STEP,
                  device,
                  capability == 0 ? "not ptx" : "compute capability %d.x".formatted(capability),
                  dtype,
                  headDim));
    }
    return fits && (attnType == AttnType.TENSOR || attnType == AttnType.AUTO);
  }

  /** Labels of the kernels that AUTO chooses from, from small head dimensions to large ones. */
  List<String> kernels() {
    return capability >= LEAST_CAPABILITY
        ? List.of(
            TensorForm.label(64),
            TensorForm.label(TensorForm.WIDEST),
            FoldForm.Kernel.TILED.label())
        : List.of(
            FoldForm.Kernel.TILED.label(),
            FoldForm.Kernel.REGISTER_64.label(),
            FoldForm.Kernel.REGISTER_128.label());
  }

  private static boolean takes(DType dtype, int headDim) {
    boolean whole = dtype == DType.FP32 || headDim % HEAD_DIM_STEP == 0;
    return whole && headDim <= TensorForm.WIDEST;
  }

  /** The PTX backend's class is not there to compile against in every SDK. */
  private static int majorCapability(TornadoXPUDevice device) {
    try {
      Object capability = call(device.getPhysicalDevice(), "getComputeCapability");
      return (int) call(capability, "getMajor");
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this version of TornadoVM is not supported", e);
    }
  }

  private static Object call(Object target, String name) throws ReflectiveOperationException {
    Method method = target.getClass().getMethod(name);
    return method.invoke(target);
  }
}
