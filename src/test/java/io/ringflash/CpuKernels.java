package io.ringflash;

import io.ringflash.engine.AttnType;
import io.ringflash.engine.EngineUnavailableException;
import io.ringflash.engine.cpu.onednn.OneDnn;
import java.util.List;

/** Kernels of CPU devices that can be tested here. */
final class CpuKernels {
  private CpuKernels() {}

  /** All but those whose library the loader does not find. */
  static List<AttnType> all() {
    try {
      OneDnn.load();
      return List.of(AttnType.VECTOR, AttnType.SCALAR, AttnType.REFERENCE, AttnType.ONEDNN);
    } catch (EngineUnavailableException e) {
      return List.of(AttnType.VECTOR, AttnType.SCALAR, AttnType.REFERENCE);
    }
  }
}
