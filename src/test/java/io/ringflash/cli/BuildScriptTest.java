package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * scripts/lib/build.sh, as scripts/ringflash goes through it, with a Maven and a JDK that only take
 * notes.
 */
class BuildScriptTest {
  @TempDir Path root;

  @BeforeEach
  void prepare() throws IOException {
    Files.createDirectories(root.resolve("scripts/lib"));
    Files.copy(Path.of("scripts/ringflash"), root.resolve("scripts/ringflash"));
    for (String part : new String[] {"locale.sh", "jdk.sh", "tornado.sh", "build.sh"}) {
      Files.copy(Path.of("scripts/lib", part), root.resolve("scripts/lib").resolve(part));
    }
    program("bin/mvn", "echo built >>builds", "touch target/ringflash.jar");
    program("bin/sleep", "exec /bin/sleep 0.05");
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

  /** Where {@code HERE} is this host and {@code GONE} the number of no process. */
  @ParameterizedTest
  @CsvSource({
    "HERE:GONE, yes",
    "HERE:1, no",
    "elsewhere:GONE, no",
    "elsewhere:1, no",
    "GONE, yes",
    "1, no",
    "HERE:$$, yes"
  })
  void aLockIsLeftOverIfItsProcessWasOfThisHostAndIsGone(String holder, String leftOver)
      throws IOException, InterruptedException {
    assertThat(isLeftOver(named(holder), "")).isEqualTo(leftOver);
  }

  /** As its process ends, and another one takes it. */
  @Test
  void aLockGivenBackWhileSomeoneLooksIsNotLeftOver() throws IOException, InterruptedException {
    String meanwhile = "readlink() { command readlink a.lock; ln -sf %s a.lock; }";

    assertThat(isLeftOver(named("HERE:GONE"), meanwhile.formatted(named("HERE:1"))))
        .isEqualTo("no");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HERE:GONE", "GONE"})
  void aLockLeftOverIsTakenOver(String holder) throws IOException, InterruptedException {
    lock("lock", holder);
    lock("lock.break", holder);

    assertThat(script().start().waitFor()).isZero();

    assertThat(builds()).hasSize(1);
    assertThat(locks()).isEmpty();
  }

  @Test
  void theLockOfAnotherHostIsWaitedFor() throws IOException, InterruptedException {
    lock("lock", "elsewhere:GONE");

    Process script = script().start();
    Path err = root.resolve("err");
    while (Files.size(err) == 0) {
      assertThat(script.waitFor(10, TimeUnit.MILLISECONDS)).isFalse();
    }

    assertThat(script.waitFor(500, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(root.resolve("builds")).doesNotExist();
    Path lock = root.toRealPath().resolve("target/app/lock");
    assertThat(Files.readAllLines(err))
        .containsExactly(
            "ringflash: waiting for %s to build; if it no longer runs, remove %s"
                .formatted(Files.readSymbolicLink(lock), lock));
    Files.delete(lock);
    assertThat(script.waitFor()).isZero();
    assertThat(builds()).hasSize(1);
  }

  /** Slowly, so that others see the lock before it is removed and remove it later. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void processesStartedTogetherBuildOnce(boolean leftOver)
      throws IOException, InterruptedException {
    program("bin/rm", "/bin/sleep 0.5", "exec /bin/rm \"$@\"");
    if (leftOver) {
      lock("lock", "HERE:GONE");
    }

    List<Process> scripts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      scripts.add(script().start());
    }
    for (Process script : scripts) {
      assertThat(script.waitFor()).isZero();
    }

    assertThat(builds()).hasSize(1);
    assertThat(locks()).isEmpty();
  }

  @Test
  void onlyItsOwnLockIsRemoved() throws IOException, InterruptedException {
    program("bin/mvn", "ln -sf elsewhere:1 target/app/lock", "touch target/ringflash.jar");

    assertThat(script().start().waitFor()).isZero();

    assertThat(root.resolve("target/app/lock")).isSymbolicLink();
  }

  private String isLeftOver(String holder, String setUp) throws IOException, InterruptedException {
    return shell(
        """
        . scripts/lib/build.sh
        me=$(uname -n):$$
        ln -s "%s" a.lock
        %s
        is_left_over a.lock && echo yes || echo no
        """
            .formatted(holder, setUp));
  }

  private void lock(String name, String holder) throws IOException, InterruptedException {
    Path app = Files.createDirectories(root.resolve("target/app"));
    Files.createSymbolicLink(app.resolve(name), Path.of(named(holder)));
  }

  private String named(String holder) throws IOException, InterruptedException {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    return holder.replace("HERE", shell("uname -n")).replace("GONE", Long.toString(gone.pid()));
  }

  private List<Path> locks() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("target/app"))) {
      return files.filter(Files::isSymbolicLink).toList();
    }
  }

  private List<String> builds() throws IOException {
    return Files.readAllLines(root.resolve("builds"));
  }

  private String shell(String script) throws IOException, InterruptedException {
    ProcessBuilder shell = new ProcessBuilder("sh", "-c", "root=$PWD\n" + script);
    Process process = shell.directory(root.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.strip();
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
