package io.ringflash.tensor.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Builds {@code .npy} files byte by byte, right or wrong. */
final class NpyBytes {
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  private NpyBytes() {}

  /** A right header for {@code shape}. */
  static String dictionary(String descr, boolean fortranOrder, List<Long> shape) {
    String tuple =
        shape.stream().map(extent -> extent + ",").collect(Collectors.joining(" ", "(", ")"));
    return "{'descr': '%s', 'fortran_order': %s, 'shape': %s}"
        .formatted(descr, fortranOrder ? "True" : "False", tuple);
  }

  static byte[] version1(String header, byte[] data) {
    return file(1, 0, header.getBytes(StandardCharsets.ISO_8859_1), data);
  }

  static byte[] version(int major, String header, byte[] data) {
    Charset charset = major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    return file(major, 0, header.getBytes(charset), data);
  }

  static byte[] file(int major, int minor, byte[] header, byte[] data) {
    return file(major, minor, header.length, header, data);
  }

  /** Says that the header has {@code length} bytes, whatever it has. */
  static byte[] file(int major, int minor, long length, byte[] header, byte[] data) {
    int lengthBytes = major == 1 ? 2 : 4;
    ByteBuffer file =
        ByteBuffer.allocate(MAGIC.length + 2 + lengthBytes + header.length + data.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(MAGIC)
            .put((byte) major)
            .put((byte) minor);
    if (major == 1) {
      file.putShort((short) length);
    } else {
      file.putInt((int) length);
    }
    return file.put(header).put(data).array();
  }

  /** The elements {@code 0.5, 1.5, 2.5, …} in the type that {@code descr} names. */
  static byte[] halves(String descr, int count) {
    int size = descr.charAt(2) - '0';
    ByteBuffer data =
        ByteBuffer.allocate(count * size)
            .order(descr.charAt(0) == '<' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    for (int i = 0; i < count; i++) {
      float value = i + 0.5f;
      switch (size) {
        case 2 -> data.putShort(Float.floatToFloat16(value));
        case 4 -> data.putFloat(value);
        default -> data.putDouble(value);
      }
    }
    return data.array();
  }

  /** A right FP32 file of {@code count} elements in one dimension. */
  static byte[] vector(int count) {
    return version1(dictionary("<f4", false, List.of((long) count)), halves("<f4", count));
  }
}
