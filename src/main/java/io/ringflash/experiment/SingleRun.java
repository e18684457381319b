package io.ringflash.experiment;

import io.ringflash.AttentionOptions;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.DeviceGroup;

/**
 * The kernel of a process that computes once. Until the JVM has compiled the CPU's vector kernel,
 * which takes it about a second, a vector is an object and an addition a call; plain loops are soon
 * compiled. So the scalar kernel is the one for little work, unless the user asked for another.
 */
final class SingleRun {
  /**
   * Up to here the scalar kernel takes at most half the time; they are even at about three times as
   * many. Measured on two cores.
   */
  private static final long MAX_FLOPS = 4_000_000_000L;

  private SingleRun() {}

  /**
   * What to compute with.
   *
   * @param flops of the whole problem, so that every process decides alike
   * @param group this process's devices
   */
  static AttentionOptions options(AttentionOptions asked, long flops, DeviceGroup group) {
    boolean scalar = asked.attnType() == AttnType.AUTO && flops <= MAX_FLOPS && group.isEmbedded();
    return scalar ? asked.toBuilder().attnType(AttnType.SCALAR).build() : asked;
  }
}
