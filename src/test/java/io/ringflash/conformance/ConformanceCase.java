package io.ringflash.conformance;

import io.ringflash.attention.AttentionShape;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import java.util.Random;

/**
 * One combination of everything that an engine has to get right.
 *
 * @param seed of the data
 * @param alibi 0 for none, 1 for slopes per head, 2 per batch entry and head
 * @param jointKeys joint keys and values, 0 for none
 * @param jointQueries joint queries, 0 for none
 * @param packing 0 for separate tensors, 1 for kv-packed, 2 for qkv-packed
 */
public record ConformanceCase(
    long seed,
    AttentionShape shape,
    DType dtype,
    boolean causal,
    long windowLeft,
    long windowRight,
    float softcap,
    int alibi,
    float scale,
    float dropout,
    int jointKeys,
    int jointQueries,
    int packing,
    int devices,
    Sharding sharding,
    boolean deterministic) {

  /** What shapes are drawn from. */
  private record Sizes(int[] headDims, int[] seqLens, int[][] heads, int[] batches) {}

  private static final Sizes LARGE =
      new Sizes(
          new int[] {1, 8, 40, 64, 80, 96, 128, 192, 256},
          new int[] {1, 2, 7, 63, 64, 65, 131, 1000},
          new int[][] {{1, 1}, {4, 4}, {8, 2}, {6, 1}},
          new int[] {1, 1, 3});

  /** Around the widths of vectors and tiles, and quick. */
  private static final Sizes SMALL =
      new Sizes(
          new int[] {1, 2, 3, 5, 8, 15, 16, 17, 24, 32, 33, 40, 64, 65, 80},
          new int[] {0, 1, 2, 3, 5, 7, 8, 9, 12, 13, 16, 17, 23, 31, 32, 33, 48, 63, 65, 80, 130},
          new int[][] {{1, 1}, {1, 1}, {2, 2}, {2, 1}, {4, 2}, {3, 1}},
          new int[] {1, 1, 1, 2});

  private static final int[] DEVICES = {1, 2, 3, 4, 7, 8, 16};
  private static final long[][] WINDOWS = {
    {-1, -1}, {-1, -1}, {-1, -1}, {0, 0}, {1, 0}, {37, -1}, {40, 25}, {-1, 9}
  };
  private static final float[] SOFTCAPS = {0, 0, 0, 5, 30};
  private static final int[] ALIBI = {0, 0, 0, 1, 2};
  private static final float[] DROPOUTS = {0, 0, 0, 0.1f, 0.5f};
  private static final int[] JOINT_KEYS = {0, 0, 0, 1, 19};

  /** A case without options, to be changed by {@code with} methods. */
  public static ConformanceCase plain(AttentionShape shape, DType dtype, int devices) {
    return new ConformanceCase(
        1,
        shape,
        dtype,
        false,
        -1,
        -1,
        0,
        0,
        (float) (1 / Math.sqrt(shape.headDim())),
        0,
        0,
        0,
        0,
        devices,
        Sharding.CONTIGUOUS,
        false);
  }

  /**
   * The case that {@code seed} stands for.
   *
   * @param maxDevices rings are not larger than this
   */
  public static ConformanceCase random(long seed, int maxDevices) {
    return random(seed, maxDevices, LARGE);
  }

  /** As {@link #random(long, int)}, of sizes that take a millisecond or so. */
  public static ConformanceCase small(long seed, int maxDevices) {
    return random(seed, maxDevices, SMALL);
  }

  private static ConformanceCase random(long seed, int maxDevices, Sizes sizes) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L + 12345);
    int[] heads = sizes.heads[random.nextInt(sizes.heads.length)];
    int headDim = pick(random, sizes.headDims);
    int seqLenQ = pick(random, sizes.seqLens);
    int seqLenK = random.nextInt(3) == 0 ? pick(random, sizes.seqLens) : seqLenQ;
    AttentionShape shape =
        new AttentionShape(
            pick(random, sizes.batches), seqLenQ, seqLenK, heads[0], heads[1], headDim);
    long[] window = WINDOWS[random.nextInt(WINDOWS.length)];
    int jointKeys = pick(random, JOINT_KEYS);
    float defaultScale = (float) (1 / Math.sqrt(headDim));
    return new ConformanceCase(
        seed,
        shape,
        DType.values()[random.nextInt(3)],
        random.nextBoolean(),
        window[0],
        window[1],
        SOFTCAPS[random.nextInt(SOFTCAPS.length)],
        pick(random, ALIBI),
        random.nextInt(4) == 0 ? 0.3f : defaultScale,
        DROPOUTS[random.nextInt(DROPOUTS.length)],
        jointKeys,
        jointKeys > 0 && random.nextBoolean() ? 5 : 0,
        packing(random, shape),
        Math.min(maxDevices, pick(random, DEVICES)),
        Sharding.values()[random.nextInt(Sharding.values().length)],
        random.nextInt(4) == 0);
  }

  public ConformanceCase withRing(int newDevices, Sharding newSharding) {
    return copy(causal, windowLeft, windowRight, dropout, newDevices, newSharding, deterministic);
  }

  public ConformanceCase withMask(boolean newCausal, long left, long right) {
    return copy(newCausal, left, right, dropout, devices, sharding, deterministic);
  }

  public ConformanceCase withDropout(float newDropout) {
    return copy(causal, windowLeft, windowRight, newDropout, devices, sharding, deterministic);
  }

  /** The same results, whatever their bits. */
  public ConformanceCase withoutDeterminism() {
    return copy(causal, windowLeft, windowRight, dropout, devices, sharding, false);
  }

  private ConformanceCase copy(
      boolean newCausal,
      long left,
      long right,
      float newDropout,
      int newDevices,
      Sharding newSharding,
      boolean newDeterministic) {
    return new ConformanceCase(
        seed,
        shape,
        dtype,
        newCausal,
        left,
        right,
        softcap,
        alibi,
        scale,
        newDropout,
        jointKeys,
        jointQueries,
        packing,
        newDevices,
        newSharding,
        newDeterministic);
  }

  private static int packing(Random random, AttentionShape shape) {
    boolean selfAttention = shape.heads() == shape.kvHeads() && shape.seqLenQ() == shape.seqLenK();
    return random.nextInt(selfAttention ? 3 : 2);
  }

  private static int pick(Random random, int[] values) {
    return values[random.nextInt(values.length)];
  }
}
