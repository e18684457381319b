package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** scripts/lib/jdk.sh, on directories that look like JDKs. */
class JdkSearchTest {
  @TempDir Path home;

  @ParameterizedTest
  @CsvSource({
    "17.0.15, no",
    "21, no",
    "24.0.2, no",
    "25, yes",
    "25.0.3, yes",
    "26-ea, yes",
    "1.8.0_402, no"
  })
  void aJdkIsRecentByItsReleaseFile(String version, String recent)
      throws IOException, InterruptedException {
    Path jdk = jdk(home.resolve("a jdk"), version);

    assertThat(shell("is_recent_jdk \"$1\" && echo yes || echo no", jdk)).isEqualTo(recent);
  }

  @Test
  void javaHomeComesFirstIfItIsRecent() throws IOException, InterruptedException {
    Path recent = jdk(home.resolve("recent"), "25.0.1");

    assertThat(shell("JAVA_HOME=$1 find_jdk; echo \"$jdk_home\"", recent))
        .isEqualTo(recent.toString());
  }

  @Test
  void anOldJavaHomeIsPassedOver() throws IOException, InterruptedException {
    Path old = jdk(home.resolve("old"), "17.0.1");

    assertThat(shell("JAVA_HOME=$1 find_jdk; echo \"$jdk_home\"", old))
        .isNotEqualTo(old.toString())
        .isNotEmpty();
  }

  @Test
  void javaOnThePathMayBeALink() throws IOException, InterruptedException {
    Path jdk = jdk(home.resolve("linked"), "25.0.1");
    Path bin = Files.createDirectories(home.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("java"), jdk.resolve("bin/java"));

    assertThat(shell("JAVA_HOME= PATH=\"$1:$PATH\"; find_jdk; echo \"$jdk_home\"", bin))
        .isEqualTo(jdk.toRealPath().toString());
  }

  private static Path jdk(Path directory, String version) throws IOException {
    Files.createDirectories(directory.resolve("bin"));
    for (String tool : new String[] {"java", "javac"}) {
      Path file = Files.createFile(directory.resolve("bin").resolve(tool));
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    Files.writeString(
        directory.resolve("release"),
        "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"%s\"\nOS_NAME=\"Linux\"\n".formatted(version));
    return directory;
  }

  private static String shell(String script, Path argument)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-c", ". scripts/lib/jdk.sh; " + script, "sh", argument.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.strip();
  }
}
