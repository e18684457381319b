package io.ringflash.tensor.io;

import io.ringflash.faults.DoomedProcess;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A program that writes outputs until it is killed: each of its threads one file, over and over,
 * every time with other elements, all of them equal.
 */
final class OutputWriters {
  static final int FILES = 25;
  static final int ELEMENTS = 5000;

  private OutputWriters() {}

  /** One of the files. */
  static Path file(Path folder, int index) {
    return folder.resolve("out-" + index + (index % 2 == 0 ? ".npy" : ".safetensors"));
  }

  /**
   * Is ready when all files are there.
   *
   * @param args the folder
   */
  public static void main(String[] args) throws InterruptedException {
    Path folder = Path.of(args[0]);
    CountDownLatch written = new CountDownLatch(FILES);
    for (int i = 0; i < FILES; i++) {
      Path file = file(folder, i);
      Thread.ofPlatform().start(() -> writeForEver(file, written));
    }
    written.await();
    System.out.println(DoomedProcess.READY);
  }

  private static void writeForEver(Path file, CountDownLatch written) {
    Tensor tensor = Tensor.allocate(Arena.ofAuto(), DType.FP32, ELEMENTS);
    for (int version = 0; ; version++) {
      for (int i = 0; i < ELEMENTS; i++) {
        tensor.set(version, i);
      }
      try {
        TensorFiles.write(file, Map.of("out", tensor));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (version == 0) {
        written.countDown();
      }
    }
  }
}
