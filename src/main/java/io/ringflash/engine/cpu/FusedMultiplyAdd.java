package io.ringflash.engine.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.ringflash.engine.AttnType;
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
   * @param attnType that needs them
   * @throws IllegalArgumentException if there are none
   */
  static void require(String device, AttnType attnType) {
    if (!AVAILABLE) {
      throw new IllegalArgumentException(
          ("attn-type of %s should be auto, reference or scalar but got '%s': this CPU has no"
                  + " fused multiply-add")
              .formatted(device, attnType.label()));
    }
  }
}
