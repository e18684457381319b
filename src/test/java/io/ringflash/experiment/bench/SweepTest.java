package io.ringflash.experiment.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttnType;
import io.ringflash.experiment.bench.Sweep.Problem;
import io.ringflash.ring.ExchangeKind;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SweepTest {
  private static final List<Sharding> TWO_SHARDINGS = List.of(Sharding.CONTIGUOUS, Sharding.ZIGZAG);

  @Test
  void everythingIsCombinedButARingOfOneHasNoShards() {
    List<BenchCase> cases = sweep("cpu:1..3", problem(Sizes.parse("1k..4k"), false)).cases();

    Map<Integer, Long> bySize =
        cases.stream().collect(Collectors.groupingBy(c -> c.ring().size(), Collectors.counting()));
    assertThat(bySize).isEqualTo(Map.of(1, 6L, 2, 12L, 3, 12L));
    assertThat(cases).doesNotHaveDuplicates();
  }

  @Test
  void casesOfOneRingComeTogether() {
    assertThat(
            sweep("cpu:1..2", problem(Sizes.parse("1k..4k"), false)).cases().stream()
                .map(c -> c.ring().size()))
        .isSorted();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"cpu:0 | 1,2", "ptx:0,cpu:0 | 1,2", "ptx:0 | 1"})
  void threadsVaryWhereACpuDeviceHasThem(String ring, String threads) {
    Sweep sweep =
        new Sweep(
            Ring.parse(ring),
            Sizes.of(1, 2),
            List.of(AttnType.AUTO),
            List.of(DType.FP32),
            List.of(problem(Sizes.of(64), false)),
            List.of(Sharding.ZIGZAG),
            List.of(ExchangeKind.HOST));
    assertThat(sweep.cases().stream().map(BenchCase::threads).distinct())
        .isEqualTo(Sizes.parse(threads).values());
  }

  @Test
  void tokensPerDeviceGrowWithTheRing() {
    assertThat(sweep("cpu:2..2", problem(Sizes.of(1024), true)).cases())
        .extracting(BenchCase::shape)
        .containsOnly(new AttentionShape(1, 2048, 2048, 4, 2, 64));
  }

  @Test
  void headsThatDoNotDivideAreRefused() {
    Problem odd =
        new Problem(
            Sizes.of(1),
            Sizes.of(16),
            false,
            Sizes.of(),
            Sizes.of(4),
            Sizes.of(3),
            Sizes.of(8),
            0,
            List.of(AttentionMask.NONE));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sweep("cpu:0", odd).cases())
        .withMessageContaining("4 and 3");
  }

  @ParameterizedTest
  @EnumSource(Preset.class)
  void everyPresetIsOfValidProblems(Preset preset) {
    Sweep sweep =
        new Sweep(
            Ring.parse("cpu:4..4"),
            Sizes.of(2),
            List.of(AttnType.AUTO),
            List.of(DType.BF16),
            preset.problems(),
            List.of(Sharding.ZIGZAG),
            List.of(ExchangeKind.HOST));
    assertThat(sweep.cases()).isNotEmpty();
    assertThat(Preset.parse(preset.label())).isEqualTo(preset);
  }

  @Test
  void theBenchmarkOfFlashAttentionHas16kTokensInAll() {
    assertThat(Preset.FLASH_ATTENTION.problems())
        .allSatisfy(problem ->
            assertThat(problem.batch().values().getFirst() * problem.tokens().values().getFirst())
                .isEqualTo(16_384));
  }

  private static Problem problem(Sizes tokens, boolean perDevice) {
    return new Problem(
        Sizes.of(1),
        tokens,
        perDevice,
        Sizes.of(),
        Sizes.of(4),
        Sizes.of(2),
        Sizes.of(64),
        0,
        List.of(AttentionMask.NONE, AttentionMask.CAUSAL));
  }

  private static Sweep sweep(String rings, Problem problem) {
    return new Sweep(
        Ring.parse(rings),
        Sizes.of(2),
        List.of(AttnType.AUTO),
        List.of(DType.FP32),
        List.of(problem),
        TWO_SHARDINGS,
        List.of(ExchangeKind.HOST));
  }
}
