package io.ringflash.engine.cpu;

import io.ringflash.RingFlashAttention;
import io.ringflash.conformance.EngineConformance;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.ExchangeKind;
import java.util.stream.IntStream;

/** The conformance suite on virtual CPU devices. */
abstract class CpuConformance extends EngineConformance {
  private final AttnType attnType;
  private final int randomCases;

  CpuConformance(AttnType attnType, int randomCases) {
    this.attnType = attnType;
    this.randomCases = randomCases;
  }

  /** Rings of even size exchange blocks from device to device, the others through the host. */
  @Override
  protected RingFlashAttention open(int devices) {
    DeviceGroup group =
        new DeviceGroup(new CpuEngine().open(IntStream.range(0, devices).boxed().toList()));
    ExchangeKind exchange = devices % 2 == 0 ? ExchangeKind.PEER : ExchangeKind.HOST;
    return new RingFlashAttention(group, exchange.create());
  }

  @Override
  protected AttnType attnType() {
    return attnType;
  }

  @Override
  protected int randomCases() {
    return randomCases;
  }

  /** The row kernels are too slow for the peers' sizes. */
  @Override
  protected boolean runsPeerCases() {
    return attnType == AttnType.VECTOR || attnType == AttnType.ONEDNN;
  }
}
