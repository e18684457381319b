package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * scripts/lib/build.sh, as scripts/ringflash goes through it, with a Maven and a JDK that only take
 * notes.
 */
class BuildScriptTest {
  @TempDir Path root;

  @BeforeEach
  void prepare() throws IOException {
    Files.createDirectories(root.resolve("scripts/lib"));
    for (String name : new String[] {"ringflash", "lib/jdk.sh", "lib/tornado.sh", "lib/build.sh"}) {
      Files.copy(Path.of("scripts", name), root.resolve("scripts").resolve(name));
    }
    program("bin/mvn", "echo built >>builds", "touch target/ringflash.jar");
    program("jdk/bin/javac");
    program("jdk/bin/java", "echo \"${OMPI_COMM_WORLD_SIZE:-}${PMI_SIZE:-} $*\" >>\"$LAUNCHES\"");
    Files.writeString(root.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
  }

  /** As one of several processes it would wait for the others, and they wait for the build. */
  @Test
  void theTrainingRunIsNoProcessOfMpirun() throws IOException, InterruptedException {
    ProcessBuilder script = script();
    script.environment().putAll(Map.of("OMPI_COMM_WORLD_SIZE", "2", "PMI_SIZE", "2"));

    assertThat(script.start().waitFor()).isZero();

    List<String> launches = Files.readAllLines(root.resolve("launches"));
    assertThat(launches).hasSize(3);
    assertThat(launches.subList(0, 2)).allMatch(launch -> launch.startsWith(" "));
    assertThat(launches.getLast()).startsWith("22 ").endsWith("devices");
  }

  private ProcessBuilder script() {
    ProcessBuilder script = new ProcessBuilder("sh", "scripts/ringflash", "devices");
    Map<String, String> environment = script.environment();
    environment.put("JAVA_HOME", root.resolve("jdk").toString());
    environment.put("LAUNCHES", root.resolve("launches").toString());
    environment.put("TORNADOVM_HOME", root.toString());
    environment.merge("PATH", root.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
    return script.directory(root.toFile()).redirectError(root.resolve("err").toFile());
  }

  private void program(String name, String... lines) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
