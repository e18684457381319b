package io.ringflash.tensor.io;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Writes a {@code .npy} of format version 1.0 in C order, byte for byte what {@code numpy.save}
 * writes.
 */
public final class NpyWriter {
  static final String NO_BF16 =
      "bf16 has no NumPy type: write .safetensors, or convert to fp32 or fp16";

  private static final int PREFIX = NpyHeader.MAGIC.length + 2 + Short.BYTES;
  private static final int ALIGNMENT = 64;

  /** NumPy leaves room to grow the first dimension in place to any 64-bit number. */
  private static final int GROWTH_DIGITS = 21;

  private NpyWriter() {}

  /**
   * Writes {@code tensor} at the channel's position.
   *
   * @throws IllegalArgumentException if the tensor is BF16 or has more than 32 dimensions
   */
  public static void write(WritableByteChannel channel, Tensor tensor) throws IOException {
    try (ElementWriter out = new ElementWriter(channel)) {
      out.write(header(tensor));
      out.write(tensor);
    }
  }

  static byte[] header(Tensor tensor) {
    if (tensor.rank() > Shapes.MAX_RANK) {
      throw new IllegalArgumentException(
          "a .npy should have at most %d dimensions but got %d"
              .formatted(Shapes.MAX_RANK, tensor.rank()));
    }
    String dictionary =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
            .formatted(descr(tensor.dtype()), tuple(tensor.shape()));
    if (tensor.rank() > 0) {
      int digits = Long.toString(tensor.dim(0)).length();
      dictionary += " ".repeat(GROWTH_DIGITS - digits);
    }
    int unpadded = PREFIX + dictionary.length() + 1;
    String padded = dictionary + " ".repeat(ALIGNMENT - unpadded % ALIGNMENT) + "\n";
    return ByteBuffer.allocate(PREFIX + padded.length())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(NpyHeader.MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) padded.length())
        .put(padded.getBytes(StandardCharsets.ISO_8859_1))
        .array();
  }

  private static String descr(DType dtype) {
    return switch (dtype) {
      case FP32 -> "<f4";
      case FP16 -> "<f2";
      case BF16 -> throw new IllegalArgumentException(NO_BF16);
    };
  }

  private static String tuple(long[] shape) {
    if (shape.length == 1) {
      return "(" + shape[0] + ",)";
    }
    return Arrays.stream(shape)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
