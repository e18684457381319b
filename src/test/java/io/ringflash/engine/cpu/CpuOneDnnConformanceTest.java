package io.ringflash.engine.cpu;

import static org.junit.jupiter.api.Assumptions.abort;

import io.ringflash.engine.AttnType;
import io.ringflash.engine.EngineUnavailableException;
import io.ringflash.engine.cpu.onednn.OneDnn;
import org.junit.jupiter.api.BeforeAll;

class CpuOneDnnConformanceTest extends CpuConformance {
  CpuOneDnnConformanceTest() {
    super(AttnType.ONEDNN, 600);
  }

  @BeforeAll
  static void requireLibrary() {
    try {
      OneDnn.load();
    } catch (EngineUnavailableException e) {
      abort("the loader finds no oneDNN");
    }
  }

  @Override
  protected boolean offersDeterminism() {
    return false;
  }
}
