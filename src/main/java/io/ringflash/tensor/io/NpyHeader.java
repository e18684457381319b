package io.ringflash.tensor.io;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What stands before the elements of a {@code .npy}.
 *
 * @param descr NumPy's name of the element type, or {@code structured}
 * @param fortranOrder whether the first index runs fastest
 * @param shape the extents
 * @param dataOffset the bytes before the first element
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">the NPY
 *     format</a>
 */
record NpyHeader(String descr, boolean fortranOrder, List<Long> shape, long dataOffset) {
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  private static final int MAX_LENGTH = 1 << 20;
  private static final Set<String> KEYS = Set.of("descr", "fortran_order", "shape");

  /** Reads the header of a {@code .npy} of {@code available} bytes, and no byte more. */
  static NpyHeader read(InputStream in, long available, Location where) throws IOException {
    byte[] magic = in.readNBytes(MAGIC.length);
    if (!Arrays.equals(magic, MAGIC)) {
      throw where.error(
          "magic should be '\\x93NUMPY' but got "
              + Printable.quote(new String(magic, StandardCharsets.ISO_8859_1)));
    }
    int major = in.read();
    int minor = in.read();
    if (major < 1 || major > 3 || minor != 0) {
      throw where.error(
          "format version should be 1.0, 2.0 or 3.0 but got "
              + (minor < 0 ? "the end of the file" : major + "." + minor));
    }
    int lengthBytes = major == 1 ? Short.BYTES : Integer.BYTES;
    long length = littleEndian(in.readNBytes(lengthBytes), lengthBytes, where);
    long start = MAGIC.length + 2L + lengthBytes;
    long most = Math.min(MAX_LENGTH, available - start);
    if (length > most) {
      throw where.error("header length should be in [0, %d] but got %d".formatted(most, length));
    }
    byte[] header = in.readNBytes((int) length);
    if (header.length < length) {
      throw where.error("header should have %d bytes but got %d".formatted(length, header.length));
    }
    Charset charset = major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    return parse(decode(header, charset, where), start + length, where);
  }

  private static long littleEndian(byte[] bytes, int wanted, Location where)
      throws TensorFileException {
    if (bytes.length < wanted) {
      throw where.error(
          "header length should have %d bytes but got %d".formatted(wanted, bytes.length));
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return wanted == Short.BYTES
        ? Short.toUnsignedLong(buffer.getShort())
        : Integer.toUnsignedLong(buffer.getInt());
  }

  private static String decode(byte[] header, Charset charset, Location where)
      throws TensorFileException {
    try {
      return charset.newDecoder().decode(ByteBuffer.wrap(header)).toString();
    } catch (CharacterCodingException e) {
      throw where.error("header should be valid " + charset, e);
    }
  }

  private static NpyHeader parse(String text, long dataOffset, Location where)
      throws TensorFileException {
    Object literal;
    try {
      literal = PythonLiteral.parse(text);
    } catch (ParseException e) {
      throw where.error(
          "header should be a Python dictionary but at character %d: %s"
              .formatted(e.getErrorOffset(), e.getMessage()),
          e);
    }
    if (!(literal instanceof Map<?, ?> entries) || !entries.keySet().equals(KEYS)) {
      throw where.error(
          "header should be a dictionary of descr, fortran_order and shape but got "
              + Printable.quote(text));
    }
    return new NpyHeader(
        descr(requireNonNull(entries.get("descr"))),
        fortranOrder(requireNonNull(entries.get("fortran_order")), where),
        shape(requireNonNull(entries.get("shape")), where),
        dataOffset);
  }

  private static String descr(Object value) {
    return value instanceof String name ? name : "structured";
  }

  private static boolean fortranOrder(Object value, Location where) throws TensorFileException {
    if (!(value instanceof Boolean flag)) {
      throw where.error(
          "fortran_order should be True or False but got " + Printable.quote(value.toString()));
    }
    return flag;
  }

  private static List<Long> shape(Object value, Location where) throws TensorFileException {
    if (!(value instanceof PythonLiteral.Tuple(List<Object> items))) {
      throw where.error(
          "shape should be a tuple of integers but got " + Printable.quote(value.toString()));
    }
    List<Long> shape = new ArrayList<>();
    for (Object item : items) {
      if (!(item instanceof Long extent)) {
        throw where.error(
            "shape should be a tuple of integers but got " + Printable.quote(value.toString()));
      }
      shape.add(extent);
    }
    Shapes.check(shape, where);
    return List.copyOf(shape);
  }
}
