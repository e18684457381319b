package io.ringflash.tensor.io;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ringflash.tensor.io.ZipBytes.Entry;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code .npz} files. */
class NpzFuzzTest {
  /** What deflate can make of a byte. */
  private static final long HIGHEST_RATIO = 1032;

  private static final FuzzedFile FILE = new FuzzedFile(".npz", HIGHEST_RATIO);

  static Stream<byte[]> seeds() {
    byte[] vector = NpyBytes.vector(5);
    return FuzzedFile.seeds(
        HostileNpz.all(),
        ZipBytes.of(Entry.stored("q.npy", vector)).build(),
        ZipBytes.of(Entry.deflated("q.npy", vector), Entry.stored("k.npy", vector)).build(),
        ZipBytes.of(Entry.deflated("q.npy", vector).streamed(true, false)).build(),
        ZipBytes.of(Entry.stored("q.npy", vector).zip64Local().zip64Central()).build());
  }

  @MethodSource("seeds")
  @FuzzTest
  void isReadOrRefused(byte[] content) throws IOException {
    FILE.read(content);
  }
}
