package io.ringflash.engine.cpu;

import io.ringflash.RingFlashAttention;
import io.ringflash.conformance.EngineConformance;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.DeviceGroup;
import java.util.stream.IntStream;

class CpuReferenceConformanceTest extends EngineConformance {
  @Override
  protected RingFlashAttention open(int devices) {
    return new RingFlashAttention(
        new DeviceGroup(new CpuEngine().open(IntStream.range(0, devices).boxed().toList())));
  }

  @Override
  protected AttnType attnType() {
    return AttnType.REFERENCE;
  }

  @Override
  protected int randomCases() {
    return 60;
  }

  @Override
  protected boolean runsPeerCases() {
    return false;
  }
}
