package io.ringflash;

import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.ring.DeviceGroup;
import java.util.stream.IntStream;

/** Rings of CPU devices. */
final class Rings {
  private Rings() {}

  static RingFlashAttention of(int devices) {
    return of(devices, 2);
  }

  static RingFlashAttention of(int devices, int threads) {
    return new RingFlashAttention(
        new DeviceGroup(new CpuEngine(threads).open(IntStream.range(0, devices).boxed().toList())));
  }

  /** Unequal speeds, so that weighted shards differ. */
  static double[] speeds(int devices) {
    return IntStream.range(0, devices).mapToDouble(rank -> 1 + rank % 3).toArray();
  }
}
