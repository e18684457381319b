package io.ringflash;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.conformance.CaseData;
import io.ringflash.conformance.ConformanceCase;
import io.ringflash.engine.AttnType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small generated problems with every combination of options, rings, shardings and kernels against
 * the FP64 oracle. A case is its seed: {@code requireAccurate} and {@code requireSpread} take it.
 */
class PropertyTest {
  private static final Seeds SAMPLE = new Seeds(0, 1500);
  private static final int RANGE = 5000;
  private static final int ACCURACY_CASES = 300_000;
  private static final int SPREAD_CASES = 60_000;
  private static final int MAX_DEVICES = 8;

  private static final List<AttnType> KERNELS =
      List.of(AttnType.VECTOR, AttnType.VECTOR, AttnType.SCALAR, AttnType.REFERENCE);

  private static final float[] SPECIAL = {
    Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0.0f, Float.MIN_VALUE, -1e-40f
  };

  /** Cases from one seed on. */
  private record Seeds(long first, long count) {
    static Stream<Seeds> upTo(long end) {
      return LongStream.range(0, end / RANGE).mapToObj(i -> new Seeds(i * RANGE, RANGE));
    }
  }

  static Stream<Seeds> accuracyCases() {
    return Seeds.upTo(ACCURACY_CASES);
  }

  static Stream<Seeds> spreadCases() {
    return Seeds.upTo(SPREAD_CASES);
  }

  @Test
  void aSampleKeepsTheAccuracyRule() throws Exception {
    runAll(SAMPLE, PropertyTest::requireAccurate);
  }

  @Test
  void aSampleSpreadsSpecialValues() throws Exception {
    runAll(SAMPLE, PropertyTest::requireSpread);
  }

  @Tag("soak")
  @ParameterizedTest
  @MethodSource("accuracyCases")
  void allKeepTheAccuracyRule(Seeds seeds) throws Exception {
    runAll(seeds, PropertyTest::requireAccurate);
  }

  @Tag("soak")
  @ParameterizedTest
  @MethodSource("spreadCases")
  void allSpreadSpecialValues(Seeds seeds) throws Exception {
    runAll(seeds, PropertyTest::requireSpread);
  }

  /** The accuracy rule: an error of at most twice that of naive attention. */
  private static void requireAccurate(long seed, Map<Integer, RingFlashAttention> rings) {
    ConformanceCase test = ConformanceCase.small(seed, MAX_DEVICES);
    try (Arena arena = Arena.ofShared()) {
      CaseData data = new CaseData(arena, test);
      data.check(data.run(ring(test, rings), kernel(seed)));
    }
  }

  /** Up to three special values anywhere in q, k or v reach what depends on them. */
  private static void requireSpread(long seed, Map<Integer, RingFlashAttention> rings) {
    ConformanceCase test = ConformanceCase.small(seed, MAX_DEVICES);
    Random random = new Random(seed);
    try (Arena arena = Arena.ofShared()) {
      CaseData data = new CaseData(arena, test);
      AttentionInputs inputs = data.inputs();
      Tensor tensor = pick(inputs, random);
      for (int i = random.nextInt(3); i >= 0; i--) {
        put(SPECIAL[random.nextInt(SPECIAL.length)], tensor, random);
      }
      OracleCheck check = new OracleCheck(data.problem(), inputs);
      check.requireReached("out", data.run(ring(test, rings), kernel(seed)));
    }
  }

  private static Tensor pick(AttentionInputs inputs, Random random) {
    return List.of(inputs.q(), inputs.k(), inputs.v()).get(random.nextInt(3));
  }

  private static void put(float value, Tensor tensor, Random random) {
    if (tensor.size() > 0) {
      long[] index = new long[tensor.rank()];
      for (int i = 0; i < index.length; i++) {
        index[i] = random.nextLong(tensor.dim(i));
      }
      tensor.set(value, index);
    }
  }

  private static AttnType kernel(long seed) {
    return KERNELS.get((int) (seed % KERNELS.size()));
  }

  private static RingFlashAttention ring(
      ConformanceCase test, Map<Integer, RingFlashAttention> rings) {
    return rings.computeIfAbsent(test.devices(), devices -> Rings.of(devices, 1));
  }

  @FunctionalInterface
  private interface Property {
    void require(long seed, Map<Integer, RingFlashAttention> rings);
  }

  /** Each core takes the next seed, on rings of its own. */
  private static void runAll(Seeds seeds, Property property) throws Exception {
    int cores = Runtime.getRuntime().availableProcessors();
    AtomicLong next = new AtomicLong(seeds.first());
    long end = seeds.first() + seeds.count();
    Callable<Void> worker =
        () -> {
          Map<Integer, RingFlashAttention> rings = new HashMap<>();
          try {
            for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
              requireNamed(seed, property, rings);
            }
          } finally {
            rings.values().forEach(RingFlashAttention::close);
          }
          return null;
        };
    try (ExecutorService executor = Executors.newFixedThreadPool(cores)) {
      List<Callable<Void>> workers = IntStream.range(0, cores).mapToObj(i -> worker).toList();
      for (Future<Void> done : executor.invokeAll(workers)) {
        done.get();
      }
    }
  }

  private static void requireNamed(
      long seed, Property property, Map<Integer, RingFlashAttention> rings) {
    try {
      property.require(seed, rings);
    } catch (RuntimeException | AssertionError e) {
      ConformanceCase test = ConformanceCase.small(seed, MAX_DEVICES);
      throw new AssertionError("seed %d, %s, %s".formatted(seed, kernel(seed), test), e);
    }
  }
}
