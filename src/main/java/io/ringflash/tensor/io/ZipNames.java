package io.ringflash.tensor.io;

import java.util.List;

/** Names of Zip entries: no name may be a path out of a folder, even though none is extracted. */
final class ZipNames {
  private static final String SUFFIX = ".npy";

  private ZipNames() {}

  static void check(String name, Location entry) throws TensorFileException {
    if (name.startsWith("/") || name.contains("\\") || name.contains(":")) {
      throw entry.error("name should be relative, with '/' between its parts");
    }
    if (List.of(name.split("/", -1)).contains("..")) {
      throw entry.error("name should have no part '..'");
    }
    if (!name.endsWith(SUFFIX)) {
      throw entry.error("name should end in .npy");
    }
  }

  /** {@code q} for {@code q.npy}. */
  static String tensorName(String name) {
    return name.substring(0, name.length() - SUFFIX.length());
  }
}
