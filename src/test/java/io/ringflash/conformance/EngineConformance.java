package io.ringflash.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The suite that every engine and kernel passes; a subclass says which. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class EngineConformance {
  private final Map<Integer, RingFlashAttention> rings = new LinkedHashMap<>();

  /** Opens a ring of that many devices. */
  protected abstract RingFlashAttention open(int devices);

  /** The kernel under test. */
  protected abstract AttnType attnType();

  /** Devices that a ring may have at most. */
  protected int maxDevices() {
    return 16;
  }

  /** How many random combinations are run. */
  protected abstract int randomCases();

  /** Whether the peers' own, larger cases are run. */
  protected boolean runsPeerCases() {
    return true;
  }

  /** Whether the kernel gives the same bits on any ring, if asked to. */
  protected boolean offersDeterminism() {
    return true;
  }

  @AfterAll
  void closeRings() {
    rings.values().forEach(RingFlashAttention::close);
  }

  Stream<ConformanceCase> randomCombinations() {
    return LongStream.range(0, randomCases())
        .mapToObj(seed -> ConformanceCase.random(seed, maxDevices()))
        .map(test -> offersDeterminism() ? test : test.withoutDeterminism());
  }

  @ParameterizedTest
  @MethodSource("randomCombinations")
  void keepsTheAccuracyRule(ConformanceCase test) {
    check(test);
  }

  Stream<ConformanceCase> peerCases() {
    return runsPeerCases() ? PeerCases.all(maxDevices()) : Stream.empty();
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("peerCases")
  void passesThePeersCases(ConformanceCase test) {
    check(test);
  }

  /** Of blocks of several tiles, which few cases have, only what is seen has to travel. */
  Stream<ConformanceCase> partialBlocks() {
    AttentionShape shape = new AttentionShape(2, 1536, 1536, 2, 1, 32);
    ConformanceCase plain = ConformanceCase.plain(shape, DType.FP32, 1);
    return IntStream.rangeClosed(2, Math.min(3, maxDevices()))
        .boxed()
        .flatMap(devices ->
            Stream.of(
                plain.withMask(true, -1, -1).withRing(devices, Sharding.ZIGZAG),
                plain.withMask(false, 300, 0).withRing(devices, Sharding.CONTIGUOUS),
                plain.withMask(false, 400, 100).withRing(devices, Sharding.ZIGZAG)));
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("partialBlocks")
  void seesWhatItShouldOfLargeBlocks(ConformanceCase test) {
    check(test);
  }

  @Test
  void doesNotDependOnTheRing() {
    requireSameOnEveryRing(0);
  }

  /** The same weights are dropped, wherever they are computed. */
  @Test
  void dropoutDoesNotDependOnTheRing() {
    requireSameOnEveryRing(0.3f);
  }

  private void requireSameOnEveryRing(float dropout) {
    AttentionShape shape = new AttentionShape(1, 517, 517, 4, 2, 64);
    ConformanceCase base =
        ConformanceCase.plain(shape, DType.FP32, 1).withMask(true, -1, -1).withDropout(dropout);
    try (Arena arena = Arena.ofShared()) {
      CaseData baseData = new CaseData(arena, base);
      AttentionResult expected = baseData.run(ring(1), attnType());
      for (int devices : List.of(2, 3, 4, 7, 16)) {
        for (Sharding sharding : Sharding.values()) {
          if (devices <= maxDevices()) {
            CaseData data = new CaseData(arena, base.withRing(devices, sharding));
            requireSame(expected, data.run(ring(devices), attnType()), sharding + " " + devices);
          }
        }
      }
    }
  }

  /** Runs a case and holds it against the oracle. */
  protected final void check(ConformanceCase test) {
    try (Arena arena = Arena.ofShared()) {
      CaseData data = new CaseData(arena, test);
      new AccuracyCheck(data, data.run(ring(test.devices()), attnType())).run();
    }
  }

  /** The ring of that many devices; opened once and kept. */
  protected final RingFlashAttention ring(int devices) {
    return rings.computeIfAbsent(devices, this::open);
  }

  private static void requireSame(AttentionResult expected, AttentionResult actual, String name) {
    double largest = 0;
    double difference = 0;
    Tensor out = expected.out();
    for (long i = 0; i < out.size(); i++) {
      float a = DType.FP32.load(out.data(), i * Float.BYTES);
      float b = DType.FP32.load(actual.out().data(), i * Float.BYTES);
      largest = Math.max(largest, Math.abs(a));
      difference = Math.max(difference, Math.abs(a - b));
    }
    assertThat(difference).as("out, %s", name).isLessThanOrEqualTo(4e-6 * largest);
    Tensor lse = expected.lse().orElseThrow();
    for (long i = 0; i < lse.size(); i++) {
      float a = DType.FP32.load(lse.data(), i * Float.BYTES);
      float b = DType.FP32.load(actual.lse().orElseThrow().data(), i * Float.BYTES);
      assertThat(Math.abs((double) a - b) / Math.max(1, Math.abs(a)))
          .as("lse, %s", name)
          .isLessThanOrEqualTo(2e-6);
    }
  }
}
