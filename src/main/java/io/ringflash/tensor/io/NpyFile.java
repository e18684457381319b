package io.ringflash.tensor.io;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** A {@code .npy} that is a whole file. */
record NpyFile(InputFile file, Location location) implements NpySource {
  /** The tensor of {@code file}, named by the file without its extension. */
  static StoredTensor open(InputFile file) throws IOException {
    return NpyTensor.open(nameOf(file), new NpyFile(file, file.location()));
  }

  private static String nameOf(InputFile file) {
    String name = String.valueOf(file.path().getFileName());
    return name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
  }

  @Override
  public long length() {
    return file.size();
  }

  @Override
  public InputStream open() {
    return file.stream(0, file.size());
  }

  @Override
  public Optional<MemorySegment> map(long offset, Arena arena) throws IOException {
    return Optional.of(file.map(offset, file.size() - offset, arena));
  }
}
