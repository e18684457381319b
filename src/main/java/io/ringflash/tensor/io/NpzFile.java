package io.ringflash.tensor.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** NumPy's archive of {@code .npy} entries, stored or deflated. */
final class NpzFile {
  private NpzFile() {}

  /** The tensors in file order; entry {@code q.npy} is tensor {@code q}. */
  static List<StoredTensor> open(InputFile file) throws IOException {
    ZipEnd end = ZipEnd.read(file);
    List<ZipMember> members = ZipDirectory.read(file, end);
    List<StoredTensor> tensors = new ArrayList<>();
    for (ZipLayout.Placed placed : ZipLayout.check(file, members, end.directoryOffset())) {
      String name = ZipNames.tensorName(placed.member().name());
      tensors.add(NpyTensor.open(name, new NpzMember(file, placed, file.location().tensor(name))));
    }
    return tensors;
  }
}
