package io.ringflash.engine.cpu;

import io.ringflash.engine.AttnType;
import io.ringflash.engine.cpu.onednn.InstalledOneDnn;
import org.junit.jupiter.api.BeforeAll;

class CpuOneDnnConformanceTest extends CpuConformance {
  CpuOneDnnConformanceTest() {
    super(AttnType.ONEDNN, 600);
  }

  @BeforeAll
  static void requireLibrary() {
    InstalledOneDnn.require();
  }

  @Override
  protected boolean offersDeterminism() {
    return false;
  }
}
