package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The committed kernels are those that the generator writes. */
class FoldKernelsSourceTest {
  private static final Path SOURCE =
      Path.of("tornado-tasks/src/main/java/io/ringflash/engine/tornado/FoldKernels.java");

  @Test
  void kernelsAreAsGenerated() throws IOException {
    assertThat(withoutFormat(Files.readString(SOURCE)))
        .isEqualTo(withoutFormat(FoldKernelGenerator.source()));
  }

  /** The formatter moves white space, and the asterisks and slashes of wrapped comments. */
  private static String withoutFormat(String source) {
    return source.replaceAll("[\\s*/]+", "");
  }
}
