package io.ringflash.engine.cpu;

import io.ringflash.engine.AttnType;

class CpuReferenceConformanceTest extends CpuConformance {
  CpuReferenceConformanceTest() {
    super(AttnType.REFERENCE, 60);
  }
}
