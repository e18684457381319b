package io.ringflash.tensor.io;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A file that must be refused. */
final class HostileFile {
  private final String name;
  private final String extension;
  private final byte[] bytes;

  /**
   * @param name what is wrong with it
   */
  HostileFile(String name, String extension, byte[] bytes) {
    this.name = name;
    this.extension = extension;
    this.bytes = bytes;
  }

  /** Every proper prefix of a right file. */
  static List<HostileFile> truncations(String extension, byte[] right) {
    return IntStream.range(0, right.length)
        .mapToObj(length ->
            new HostileFile("truncated to " + length, extension, Arrays.copyOf(right, length)))
        .toList();
  }

  String name() {
    return name;
  }

  String extension() {
    return extension;
  }

  byte[] bytes() {
    return bytes;
  }

  @Override
  public String toString() {
    return extension + " " + name;
  }
}
