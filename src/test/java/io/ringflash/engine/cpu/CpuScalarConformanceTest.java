package io.ringflash.engine.cpu;

import io.ringflash.engine.AttnType;

class CpuScalarConformanceTest extends CpuConformance {
  CpuScalarConformanceTest() {
    super(AttnType.SCALAR, 60);
  }
}
