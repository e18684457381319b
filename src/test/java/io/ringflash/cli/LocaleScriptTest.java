package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In which locale the scripts start the program. */
class LocaleScriptTest {
  @ParameterizedTest
  @CsvSource({
    "'', '', '', C.UTF-8",
    "C, '', de_DE.UTF-8, C.UTF-8",
    "POSIX, '', '', C.UTF-8",
    "'', C, de_DE.UTF-8, C.UTF-8",
    "'', '', C, C.UTF-8",
    "'', '', de_DE.UTF-8, ''",
    "'', en_US.ISO-8859-1, C, ''",
    "C.UTF-8, '', '', C.UTF-8",
    "de_DE, '', '', de_DE"
  })
  void onlyTheOneWithoutLettersIsReplaced(String all, String type, String lang, String expected)
      throws IOException, InterruptedException {
    Map<String, String> locale = Map.of("LC_ALL", all, "LC_CTYPE", type, "LANG", lang);
    assertThat(run(locale, "echo \"$LC_ALL\"")).isEqualTo(expected);
  }

  /** The JVM of the tests may itself have started without letters. */
  @Test
  void namesOfFilesMayHaveAnyLetters() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String show = "'%s' -XshowSettings:properties -version 2>&1 | grep sun.jnu".formatted(java);
    assertThat(run(Map.of("LC_ALL", "C"), show)).isEqualTo("sun.jnu.encoding = UTF-8");
  }

  private static String run(Map<String, String> locale, String command)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-euc", ". scripts/lib/locale.sh; " + command)
            .redirectErrorStream(true);
    builder.environment().putAll(locale);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.strip();
  }
}
