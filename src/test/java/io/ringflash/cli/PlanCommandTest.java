package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PlanCommandTest {
  private static final String DESCRIBED =
      "plan --devices 8 --tflops 350 --link 54GB/s --latency 10us --memory 24GB --causal";

  @Test
  void aDescribedMachineIsPlanned() {
    Invocation plan = Invocation.ofLine(DESCRIBED);

    assertThat(plan.code()).isEqualTo(ExitCode.DONE);
    assertThat(plan.out()).contains("best: zigzag sharding", "hidden from", "53 %");
  }

  @Test
  void jsonHasTheSame() {
    JsonNode plan = JsonMapper.shared().readTree(Invocation.ofLine(DESCRIBED + " --json").out());

    assertThat(plan.get("devices").asInt()).isEqualTo(8);
    assertThat(plan.get("choices").get(0).get("sharding").asString()).isEqualTo("zigzag");
    assertThat(plan.get("smallestShard").asLong()).isBetween(2600L, 3400L);
  }

  @Test
  void severalHostsOfAProfileMakeARingInTwoLevels() {
    Invocation plan = Invocation.ofLine("plan --profile h100x8 --hosts 2");

    assertThat(plan.out()).contains("2 × h100x8, 16 devices");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--devices 4",
        "--tflops 100",
        "--link 50GB/s",
        "--host-link 5GB/s",
        "--network 50Gbit/s",
        "--latency 10ms",
        "--network-latency 10ms",
        "--memory 1MB",
        "--step 10ms"
      })
  void whatIsGivenReplacesTheProfilesOwn(String option) {
    String profile = "plan --profile h100x8 --hosts 2 --json ";
    Invocation changed = Invocation.ofLine(profile + option);

    assertThat(changed.code()).isEqualTo(ExitCode.DONE);
    assertThat(changed.out()).isNotEqualTo(Invocation.ofLine(profile).out());
  }

  @ParameterizedTest
  @CsvSource({"1600000000, 6.5536e20", "2147483647, 1.1806e21"})
  void sequencesMayBeAsLongAsAnywhere(long tokens, double flops) {
    Invocation plan =
        Invocation.ofLine("plan --profile h100x8 --json --shape 1,%d,1,64".formatted(tokens));

    JsonNode json = JsonMapper.shared().readTree(plan.out());
    assertThat(json.get("flops").asDouble()).isCloseTo(flops, withinPercentage(0.1));
    for (JsonNode choice : json.get("choices")) {
      assertThat(choice.get("efficiency").asDouble()).isBetween(0.5, 1.0);
    }
  }

  @Test
  void latencyIsThatOfHostLinksToo() {
    String withoutPeers = "plan --profile rtx4090x4 --json ";

    assertThat(Invocation.ofLine(withoutPeers + "--latency 10ms").out())
        .isNotEqualTo(Invocation.ofLine(withoutPeers).out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "plan | --profile",
        "plan --devices 8 | --tflops",
        "plan --profile h100 | h100x8",
        "plan --profile h100x8 --hosts 1000 | 4096",
        "plan --devices 8 --tflops 1 --link 54 | 54",
        "plan --devices 8 --tflops -1 --link 54GB/s | -1",
        "plan --profile h100x8 --shape 1,2 | 1,2",
        "plan --profile h100x8 --shape 1,0,1,64 | at least one query and one key but got 0 and 0",
        "plan --profile h100x8 --shape 1,8,1,64,1,0 | one key but got 8 and 0",
        "plan --profile h100x8 --causal --mask window:4096:0 | --causal should come without --mask",
        "plan --profile h100x8 --mask full,causal | full,causal",
        "plan --profile h100x8 --joint -5000000 | -5000000",
        "plan --calibrate nowhere | nowhere",
        "plan --calibrate nowhere --tflops 1 --link 54GB/s | without --tflops, --link",
        "plan --calibrate nowhere --shape 1,2,3,4 --hosts 2 | without --shape, --hosts",
        "plan --calibrate nowhere --causal | without --causal",
        "plan --calibrate nowhere --network 1GB/s | --shared-cores",
        "plan --calibrate nowhere --network 1GB/s --shared-cores 2 --json --quiet | nowhere"
      })
  void badInputIsNamed(String line, String named) {
    Invocation plan = Invocation.ofLine(line);

    assertThat(plan.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(plan.err().lines()).hasSize(1);
    assertThat(plan.err()).contains(named);
  }
}
