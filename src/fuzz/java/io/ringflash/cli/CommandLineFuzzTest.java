package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ringflash.engine.DeviceId;
import io.ringflash.experiment.ShapeText;
import io.ringflash.experiment.bench.Sizes;
import io.ringflash.experiment.plan.Quantity;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Texts of options: the first byte picks who reads the rest, which becomes a value or one {@link
 * IllegalArgumentException} (of picocli, a {@link ParameterException}).
 */
class CommandLineFuzzTest {
  private static final CommandLine COMMAND_LINE = RingFlashCommand.create().setExpandAtFiles(false);

  private static final List<Consumer<String>> READERS =
      List.of(
          CommandLineFuzzTest::words,
          DeviceId::parseList,
          ShapeText::parse,
          text -> assertThat(Sizes.parse(text).values()).allMatch(size -> size > 0),
          text -> assertThat(Window.parse(text).left()).isGreaterThanOrEqualTo(-1),
          text -> assertThat(Percentage.parse(text).fraction()).isBetween(0.0, Double.MAX_VALUE),
          text -> assertThat(Quantity.bytes(text)).isBetween(0L, Long.MAX_VALUE - 1),
          text -> assertThat(Quantity.seconds(text)).isBetween(0.0, Double.MAX_VALUE),
          text -> assertThat(Quantity.bytesPerSecond(text)).isBetween(0.0, Double.MAX_VALUE));

  static Stream<byte[]> seeds() {
    return Stream.of(
            "0run --q a --k b --v c --out d --devices cpu:0,cpu:1 --causal",
            "0verify --random 1,2,3,4 --window -1,0 --softcap 3 --dtype fp16 --seed 7",
            "0bench --seq 1k..4k --mask full,causal --devices cpu:1..4 --kernel vector,scalar",
            "0plan --shape 1,131072,32,128,8 --profile h100x8 --hosts 2",
            "0trace --random 1,2,3,4 --sharding weighted --speeds 1,2 --scale 0.5 --out a.svg",
            "1cpu:0,opencl:1,ptx:999999999",
            "21,4096,8,64,2,8192",
            "31k..64k,900,4M",
            "44096,-1",
            "512.5 %",
            "624 GB",
            "710us",
            "8400Gbit/s")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void isReadOrRefused(byte[] input) {
    if (input.length == 0) {
      return;
    }
    String text = new String(input, 1, input.length - 1, StandardCharsets.UTF_8);
    try {
      READERS.get(Math.floorMod(input[0] - '0', READERS.size())).accept(text);
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).contains(" but got ");
    }
  }

  private static void words(String text) {
    try {
      COMMAND_LINE.parseArgs(text.split(" ", -1));
    } catch (ParameterException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
