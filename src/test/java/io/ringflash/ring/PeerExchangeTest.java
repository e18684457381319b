package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.attention.AttentionMask;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.faults.CallLog;
import io.ringflash.faults.FaultyDevice;
import io.ringflash.faults.IdleDevice;
import io.ringflash.faults.Interference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerExchangeTest {
  @Test
  void devicesOfUnlikeEnginesAreRefused() {
    List<AttentionDevice> devices = new ArrayList<>(new CpuEngine(1).open(List.of(0)));
    devices.add(new FaultyDevice(new IdleDevice(1), 1, new CallLog(), Interference.NONE));
    try (FakeRing ring = new FakeRing(2, Interference.NONE);
        DeviceGroup group = new DeviceGroup(devices);
        PeerExchange exchange = new PeerExchange()) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      assertThatThrownBy(() -> exchange.begin(group, job))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "exchange peer needs devices that reach each other's memory: cpu:0 and fake:1 are of"
                  + " different engines");
    }
  }

  @Test
  void severalProcessesAreRefused() {
    try (FakeRing ring = new FakeRing(2, Interference.NONE)) {
      DeviceGroup half = new DeviceGroup(List.of(ring.group().device(0)));
      assertThat(PeerExchange.obstacle(half, 2))
          .contains("devices of several processes do not reach each other's memory");
      assertThat(PeerExchange.obstacle(ring.group(), 2)).isEmpty();
    }
  }
}
