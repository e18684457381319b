package io.ringflash;

import io.ringflash.engine.AttnType;
import io.ringflash.engine.EngineUnavailableException;
import io.ringflash.engine.cpu.onednn.OneDnn;
import java.util.ArrayList;
import java.util.List;

/** Kernels of CPU devices that can be tested here. */
final class CpuKernels {
  private static final List<AttnType> OWN =
      List.of(AttnType.AUTO, AttnType.VECTOR, AttnType.SCALAR, AttnType.REFERENCE);

  private CpuKernels() {}

  /** All but those whose library the loader does not find. */
  static List<AttnType> all() {
    try {
      OneDnn.load();
      List<AttnType> all = new ArrayList<>(OWN);
      all.add(AttnType.ONEDNN);
      return all;
    } catch (EngineUnavailableException e) {
      return OWN;
    }
  }
}
