package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RingFlashCommandTest {
  @Test
  void aloneItPrintsItsUsage() {
    Invocation alone = Invocation.of();

    assertThat(alone.code()).isEqualTo(ExitCode.DONE);
    assertThat(alone.out()).contains("Usage: ringflash", "devices", "run", "verify", "demo");
    assertThat(alone.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "devices", "run", "verify", "bench", "compare", "plan", "trace", "report", "index", "demo"
      })
  void everyCommandHasHelpAndVersion(String command) {
    Invocation help = Invocation.of(command, "--help");
    assertThat(help.code()).isEqualTo(ExitCode.DONE);
    assertThat(help.out()).contains("Usage: ringflash " + command, "--json", "Exit codes:");

    Invocation version = Invocation.of(command, "--version");
    assertThat(version.code()).isEqualTo(ExitCode.DONE);
    assertThat(version.out()).startsWith("ringflash ").contains("Java 2");
  }

  @Test
  void helpHasNoEscapesWithoutColour() {
    assertThat(Invocation.of("run", "--help").out()).doesNotContain("\u001b");
  }

  @Test
  void aMistypedOptionIsAnsweredWithTheRightOne() {
    Invocation mistyped =
        Invocation.ofLine("run --q q.npy --k k.npy --v v.npy --out o.npy --casual");

    assertThat(mistyped.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(mistyped.err().lines()).hasSize(1);
    assertThat(mistyped.err()).contains("--casual").contains("did you mean --causal?");
  }

  @Test
  void anUnknownCommandIsBadUsage() {
    Invocation unknown = Invocation.of("rum");

    assertThat(unknown.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(unknown.err().lines()).hasSize(1);
    assertThat(unknown.out()).isEmpty();
  }
}
