package io.ringflash.engine.tornado;

import io.ringflash.RingFlashAttention;
import io.ringflash.conformance.EngineConformance;
import io.ringflash.engine.AttnType;
import java.util.List;

/**
 * The conformance suite on the devices that the system property {@code ringflash.test.devices}
 * lists, with the kernels that {@code ringflash.test.attn-type} names.
 */
class TornadoConformanceTest extends EngineConformance {
  private static final List<String> DEVICES =
      List.of(System.getProperty("ringflash.test.devices", "opencl:0").split(","));

  @Override
  protected RingFlashAttention open(int devices) {
    return RingFlashAttention.on(String.join(",", DEVICES.subList(0, devices)));
  }

  @Override
  protected AttnType attnType() {
    return AttnType.parse(System.getProperty("ringflash.test.attn-type", "auto"));
  }

  @Override
  protected int maxDevices() {
    return DEVICES.size();
  }

  @Override
  protected int randomCases() {
    return Integer.getInteger("ringflash.test.cases", 40);
  }

  @Override
  protected boolean runsPeerCases() {
    return Boolean.getBoolean("ringflash.test.peers");
  }
}
