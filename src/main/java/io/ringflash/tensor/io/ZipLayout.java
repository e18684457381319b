package io.ringflash.tensor.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where the entries of a Zip archive lie: one after the other from the first byte to the central
 * directory, each as its local header says and as the central directory says. So no byte belongs to
 * two entries, and none hides from a reader of the directory.
 */
final class ZipLayout {
  private ZipLayout() {}

  /** An entry and where its compressed bytes start. */
  record Placed(ZipMember member, long dataOffset) {}

  /** {@code members} in file order. */
  static List<Placed> check(InputFile file, List<ZipMember> members, long directoryOffset)
      throws IOException {
    List<ZipMember> ordered = new ArrayList<>(members);
    ordered.sort(Comparator.comparingLong(ZipMember::headerOffset));
    long first = ordered.isEmpty() ? directoryOffset : ordered.getFirst().headerOffset();
    if (first != 0) {
      throw file.location().error("the first entry should be at 0 but is at " + first);
    }
    List<Placed> placed = new ArrayList<>();
    for (int i = 0; i < ordered.size(); i++) {
      boolean last = i == ordered.size() - 1;
      long end = last ? directoryOffset : ordered.get(i + 1).headerOffset();
      placed.add(place(file, ordered.get(i), Math.min(end, directoryOffset)));
    }
    return placed;
  }

  private static Placed place(InputFile file, ZipMember member, long end) throws IOException {
    Location entry = file.location().entry(member.name());
    long dataOffset = ZipLocalHeader.check(file, member, end, entry);
    long room = end - dataOffset;
    if (member.compressedSize() > room) {
      throw entry.error(
          "%d bytes should lie before the next header but only %d do"
              .formatted(member.compressedSize(), room));
    }
    ZipDescriptor.check(file, member, dataOffset + member.compressedSize(), end, entry);
    return new Placed(member, dataOffset);
  }
}
