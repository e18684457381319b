package io.ringflash.tensor.io;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The checked header of a safetensors file.
 *
 * @param entries the tensors in the order of their bytes
 * @param dataOffset where the tensors' bytes start in the file
 */
record SafetensorsHeader(List<SafetensorsEntry> entries, long dataOffset) {
  /** As in the reference implementation. */
  private static final long MAX_LENGTH = 100_000_000;

  static SafetensorsHeader read(InputFile file) throws IOException {
    Location where = file.location();
    if (file.size() < Long.BYTES) {
      throw where.error(
          "header length should have %d bytes but got %d".formatted(Long.BYTES, file.size()));
    }
    long length = file.bytes(0, Long.BYTES).getLong(0);
    long most = Math.min(MAX_LENGTH, file.size() - Long.BYTES);
    if (length < 0 || length > most) {
      throw where.error(
          "header length should be in [0, %d] but got %s"
              .formatted(most, Long.toUnsignedString(length)));
    }
    checkStart(file, length);
    List<SafetensorsEntry> entries;
    try (InputStream in = file.stream(Long.BYTES, length)) {
      entries = SafetensorsHeaderParser.parse(in, where);
    }
    SafetensorsHeader header = new SafetensorsHeader(inOrder(entries), Long.BYTES + length);
    header.checkSpans(file.size() - header.dataOffset, where);
    return header;
  }

  private static void checkStart(InputFile file, long length) throws IOException {
    if (length == 0 || file.bytes(Long.BYTES, 1).get(0) != '{') {
      throw file.location().error("header should begin with '{'");
    }
  }

  private static List<SafetensorsEntry> inOrder(List<SafetensorsEntry> entries) {
    List<SafetensorsEntry> ordered = new ArrayList<>(entries);
    ordered.sort(
        Comparator.comparingLong(SafetensorsEntry::begin).thenComparingLong(SafetensorsEntry::end));
    return List.copyOf(ordered);
  }

  /** Spans follow each other without holes or overlaps, and cover all {@code available} bytes. */
  private void checkSpans(long available, Location where) throws TensorFileException {
    long expected = 0;
    for (SafetensorsEntry entry : entries) {
      Location tensor = where.tensor(entry.name());
      if (entry.begin() != expected) {
        throw tensor.error(
            "data_offsets should begin at %d, where the tensor before it ends, but got %d"
                .formatted(expected, entry.begin()));
      }
      checkLength(entry, tensor);
      expected = entry.end();
    }
    if (expected != available) {
      throw where.error(
          "tensors should cover all %d bytes after the header but cover %d"
              .formatted(available, expected));
    }
  }

  private static void checkLength(SafetensorsEntry entry, Location tensor)
      throws TensorFileException {
    long bits = Shapes.elementCount(entry.shape()) * entry.type().bits();
    long actual = entry.end() - entry.begin();
    if (bits % Byte.SIZE != 0 || bits / Byte.SIZE != actual) {
      throw tensor.error(
          "%s of shape %s should have %d bits but data_offsets span %d bytes"
              .formatted(entry.type(), entry.shape(), bits, actual));
    }
  }
}
