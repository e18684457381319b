package io.ringflash.tensor.io;

import static io.ringflash.tensor.io.SafetensorsBytes.file;
import static io.ringflash.tensor.io.SafetensorsBytes.tensor;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code .safetensors} files. */
class SafetensorsFuzzTest {
  private static final FuzzedFile FILE = new FuzzedFile(".safetensors", 1);

  static Stream<byte[]> seeds() {
    String q = tensor("q", "F32", "[2]", "[0,8]");
    String k = tensor("k", "BF16", "[1,2]", "[8,12]");
    return FuzzedFile.seeds(
        HostileSafetensors.all(),
        file("{" + q + "}", 8),
        file("{\"__metadata__\":{\"format\":\"pt\"}," + q + "," + k + "}", 12),
        file("{" + tensor("q", "F64", "[1]", "[0,8]") + "}", 8),
        file("{}", 0));
  }

  @MethodSource("seeds")
  @FuzzTest
  void isReadOrRefused(byte[] content) throws IOException {
    FILE.read(content);
  }
}
