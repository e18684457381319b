package io.ringflash.engine.tornado;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.EngineUnavailableException;
import java.util.List;

/** TornadoVM's CUDA backend: the first NVIDIA GPU. */
public final class CudaEngine extends TornadoEngine {
  public CudaEngine() {
    super("cuda", "CUDA", 10, "an NVIDIA GPU, its driver and NVRTC (libnvrtc.so)");
  }

  /**
   * @throws EngineUnavailableException also for every device but the first
   */
  @Override
  public List<AttentionDevice> open(List<Integer> indices) {
    for (int index : indices) {
      if (index != 0) {
        throw new EngineUnavailableException(
            "TornadoVM 5.2.0's CUDA backend drives the first GPU only but got cuda:%d: use ptx:%d or opencl:%d"
                .formatted(index, index, index));
      }
    }
    return super.open(indices);
  }
}
