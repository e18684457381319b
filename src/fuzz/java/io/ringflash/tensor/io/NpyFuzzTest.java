package io.ringflash.tensor.io;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code .npy} files. */
class NpyFuzzTest {
  private static final FuzzedFile FILE = new FuzzedFile(".npy", 1);

  static Stream<byte[]> seeds() {
    return FuzzedFile.seeds(
        HostileNpy.all(),
        NpyBytes.vector(5),
        NpyBytes.version(2, NpyBytes.dictionary("<f2", false, List.of(2L, 3L)), new byte[12]),
        NpyBytes.version(3, NpyBytes.dictionary(">f8", true, List.of(3L, 1L)), new byte[24]),
        NpyBytes.version1(NpyBytes.dictionary("<f4", false, List.of(7L, 0L)), new byte[0]));
  }

  @MethodSource("seeds")
  @FuzzTest
  void isReadOrRefused(byte[] content) throws IOException {
    FILE.read(content);
  }
}
