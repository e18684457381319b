package io.ringflash.engine;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which block kernel computes. */
public enum AttnType {
  /** The fastest kernel that the device has for the problem. */
  AUTO,
  /** FP64 arithmetic, row by row: for looking at errors. */
  REFERENCE,
  /** Plain FP32 loops without vector instructions. */
  SCALAR,
  /** Tiled FP32 on the CPU's vector unit. */
  VECTOR,
  /**
   * On the CPU, with the matrix products of oneDNN 3, which has to be installed. Where the CPU has
   * a unit for BF16, such as AMX, that type is multiplied as it is, weights are rounded to it, and
   * subnormal elements may count as zeros; all else is multiplied in FP32. Not for deterministic
   * runs.
   */
  ONEDNN,
  /** TornadoVM devices: the general kernel, where AUTO has a tuned one for the head dimension. */
  TILED,
  /**
   * TornadoVM devices: the fastest of the kernels that TornadoVM compiles, even where AUTO has
   * another.
   */
  JAVA,
  /**
   * NVIDIA GPUs since Ampere through PTX or NVIDIA's OpenCL: tensor cores. AUTO takes it where it
   * fits.
   */
  TENSOR,
  /**
   * NVIDIA's Hopper GPUs through PTX: matrix products of warp groups. AUTO prefers it to TENSOR.
   */
  HOPPER;

  /** The name used on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException if no type has that label
   */
  public static AttnType parse(String label) {
    return Arrays.stream(values())
        .filter(type -> type.label().equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "attn-type should be one of %s but got '%s'"
                    .formatted(
                        Arrays.stream(values())
                            .map(AttnType::label)
                            .collect(Collectors.joining(", ")),
                        label)));
  }
}
