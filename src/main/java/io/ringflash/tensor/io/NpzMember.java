package io.ringflash.tensor.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** A {@code .npy} that is an entry of a {@code .npz}. */
record NpzMember(InputFile file, ZipLayout.Placed entry, Location location) implements NpySource {
  @Override
  public long length() {
    return entry.member().size();
  }

  @Override
  public InputStream open() {
    InputStream compressed = file.stream(entry.dataOffset(), entry.member().compressedSize());
    return new ZipMemberStream(entry.member(), compressed, location);
  }

  /** Stored entries lie in the archive as they are. Their CRC takes one pass through reads. */
  @Override
  public Optional<MemorySegment> map(long offset, Arena arena) throws IOException {
    if (entry.member().method() != ZipMember.STORED) {
      return Optional.empty();
    }
    try (InputStream in = open()) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return Optional.of(file.map(entry.dataOffset() + offset, length() - offset, arena));
  }
}
