package io.ringflash.engine.tornado;

import io.ringflash.RingFlashAttention;
import io.ringflash.conformance.EngineConformance;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.DeviceId;
import io.ringflash.engine.EngineRegistry;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.ExchangeKind;
import io.ringflash.ring.PeerExchange;
import java.util.List;

/**
 * The conformance suite on the devices that the system property {@code ringflash.test.devices}
 * lists, with the kernels that {@code ringflash.test.attn-type} names.
 */
class TornadoConformanceTest extends EngineConformance {
  private static final List<String> DEVICES =
      List.of(System.getProperty("ringflash.test.devices", "opencl:0").split(","));

  /** Blocks go from device to device where they can. */
  @Override
  protected RingFlashAttention open(int devices) {
    DeviceGroup group =
        DeviceGroup.open(
            EngineRegistry.withServices(new CpuEngine()),
            DeviceId.parseList(String.join(",", DEVICES.subList(0, devices))));
    ExchangeKind exchange =
        PeerExchange.obstacle(group, devices).isEmpty() ? ExchangeKind.PEER : ExchangeKind.HOST;
    return new RingFlashAttention(group, exchange.create());
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
