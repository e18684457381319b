package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What native code prints, in a JVM of its own. */
class NativeOutputTest {
  @TempDir private Path folder;

  @Test
  void whatADriverPrintsIsNoResult() throws IOException, InterruptedException {
    assertThat(run("exec \"$@\" 2>err")).isEqualTo("before\nafter\n");
    assertThat(errors()).containsExactly("driver", "driver", "failed: boom");
  }

  @Test
  void standardOutputMayBeClosed() throws IOException, InterruptedException {
    assertThat(run("exec \"$@\" 2>err >&-")).isEmpty();
    assertThat(errors()).contains("failed: boom");
  }

  private String run(String shell) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                shell,
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                NativeOutputTest.class.getName())
            .directory(folder.toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output;
  }

  private List<String> errors() throws IOException {
    return Files.readAllLines(folder.resolve("err")).stream()
        .filter(line -> !line.startsWith("Picked up "))
        .toList();
  }

  /** What the other JVM runs. */
  public static void main(String[] arguments) {
    System.out.println("before");
    NativeOutput.toError(() -> print("driver"));
    try {
      NativeOutput.toError(() -> {
        print("driver");
        throw new IllegalStateException("boom");
      });
    } catch (IllegalStateException e) {
      System.err.println("failed: " + e.getMessage());
    }
    System.out.println("after");
  }

  /** With C's buffer, as a driver does. */
  private static int print(String line) {
    Linker linker = Linker.nativeLinker();
    MethodHandle puts =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("puts"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      return StatusCall.of(() -> (int) puts.invokeExact(arena.allocateFrom(line)));
    }
  }
}
