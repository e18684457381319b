package io.ringflash.engine.tornado;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes {@code FoldKernels.java}. TornadoVM turns private arrays into slow local memory on PTX and
 * into invalid code on SPIR-V, so a thread's part of a tile has to be scalar variables; no one
 * should write or review those by hand.
 *
 * <p>Run {@link #main} after a change and format the build; a test compares.
 */
final class FoldKernelGenerator {
  private static final List<FoldKernelForm> FORMS =
      List.of(
          new FoldKernelForm("foldAny", "Any head dimension, a multiple of 32 with padding.", 32, true, false, 16, 64),
          new FoldKernelForm("fold64", "Head dimensions up to 64, padded to 64.", 64, false, true, Integer.getInteger("whole", 64), Integer.getInteger("whole", 64)),
          new FoldKernelForm("fold128", "Head dimensions up to 128, padded to 128.", 128, false, false, 16, 16));

  private FoldKernelGenerator() {}

  /**
   * Rewrites the kernels.
   *
   * @param args the file
   */
  public static void main(String[] args) throws IOException {
    Files.writeString(Path.of(args[0]), source());
  }

  static String source() {
    StringBuilder text = new StringBuilder(HEAD);
    for (FoldKernelForm form : FORMS) {
      text.append(new FoldKernelWriter(form).kernel());
    }
    return text.append("}\n").toString();
  }

  private static final String HEAD =
      """
      package io.ringflash.engine.tornado;

      import uk.ac.manchester.tornado.api.KernelContext;
      import uk.ac.manchester.tornado.api.math.TornadoMath;
      import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
      import uk.ac.manchester.tornado.api.types.arrays.IntArray;

      /** LADDER */
      final class FoldKernels {
      private FoldKernels() {}
      """;
}
