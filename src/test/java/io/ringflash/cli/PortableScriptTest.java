package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command of a portable archive, unpacked in a folder whose name means something to tools. */
class PortableScriptTest {
  @TempDir Path root;

  private Path home;

  @BeforeEach
  void unpack() throws IOException {
    home = Files.createDirectories(root.resolve("a #1 & \"b\" \\1")).toRealPath();
    Files.copy(Path.of("scripts/portable/run.sh"), home.resolve("run.sh"));
    Files.copy(Path.of("scripts/lib/locale.sh"), home.resolve("locale.sh"));
    Path jdk = Path.of(System.getProperty("java.home"));
    Path java = Files.createDirectories(home.resolve("jdk/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nexec '%s/bin/java' \"$@\"\n".formatted(jdk));
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.createDirectories(home.resolve("jdk/lib"));
    Files.copy(jdk.resolve("lib/libjsig.so"), home.resolve("jdk/lib/libjsig.so"));
    for (String sdk : new String[] {"opencl", "ptx"}) {
      Files.writeString(
          Files.createDirectories(home.resolve("sdk").resolve(sdk))
              .resolve("tornado-argfile.template"),
          """
          # === Native library path ===
          -Djava.library.path=${TORNADOVM_HOME}/lib
          --module-path .:${TORNADOVM_HOME}/share
          """);
    }
    packProgram(Files.createDirectories(home.resolve("lib")).resolve("ringflash.jar"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "--version", "plan --help"})
  void optionsAreThoseOfTheProgram(String line) throws IOException, InterruptedException {
    Invocation invocation = run("", line);

    assertThat(invocation.code()).as(invocation.err()).isZero();
    assertThat(invocation.out()).contains("ringflash");
    assertThat(invocation.err()).doesNotContain("libjsig");
  }

  @Test
  void anotherMainClassAndAnotherSdkMayBeNamed() throws IOException, InterruptedException {
    assertThat(run("", "-s ptx -c picocli.AutoComplete --help").out()).contains("AutoComplete");
    assertThat(run("", "-s").err()).contains("-s needs a value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"opencl", "ptx"})
  void theFolderOfTheSdkIsOneWord(String sdk) throws IOException, InterruptedException {
    Path folder = home.resolve("sdk").resolve(sdk);

    Invocation invocation = run("-XshowSettings:properties -version", "-s " + sdk);

    assertThat(invocation.code()).as(invocation.err()).isZero();
    assertThat(invocation.err())
        .contains("java.library.path = " + folder + "/lib\n")
        .contains(folder + "/share\n");
  }

  /** Into a jar of no more than the class path of this test. */
  private static void packProgram(Path jar) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    String classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).toUri().toString())
            .collect(Collectors.joining(" "));
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
  }

  private Invocation run(String flags, String line) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", home.resolve("run.sh").toString()));
    command.addAll(List.of(line.split(" ")));
    ProcessBuilder script = new ProcessBuilder(command);
    script.environment().put("JVM_FLAGS", flags);
    Path err = root.resolve("err");
    Process process = script.redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Invocation(process.waitFor(), out, Files.readString(err));
  }
}
