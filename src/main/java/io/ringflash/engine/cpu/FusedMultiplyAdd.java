package io.ringflash.engine.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * Whether the CPU has fused multiply-adds. Without them Java computes each one with big decimals,
 * so that the vector kernels would take forever.
 */
final class FusedMultiplyAdd {
  static final boolean AVAILABLE =
      Boolean.parseBoolean(
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
              .getVMOption("UseFMA")
              .getValue());

  private FusedMultiplyAdd() {}

  /**
   * @throws IllegalArgumentException if there are none
   */
  static void require(String device) {
    if (!AVAILABLE) {
      throw new IllegalArgumentException(
          ("attn-type of %s should be auto, reference or scalar but got 'vector': this CPU has no"
                  + " fused multiply-add")
              .formatted(device));
    }
  }
}
