package io.ringflash.engine.cpu;

import io.ringflash.engine.AttnType;

class CpuVectorConformanceTest extends CpuConformance {
  CpuVectorConformanceTest() {
    super(AttnType.VECTOR, 600);
  }
}
