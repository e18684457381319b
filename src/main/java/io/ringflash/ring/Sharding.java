package io.ringflash.ring;

import io.ringflash.attention.PositionSlice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How a sequence is divided among ranks. Lengths that do not divide evenly make shards whose
 * lengths differ; with more ranks than tokens some shards are empty.
 *
 * <pre>
 * 16 tokens, 4 ranks     contiguous  0 0 0 0 1 1 1 1 2 2 2 2 3 3 3 3
 *                        zigzag      0 0 1 1 2 2 3 3 3 3 2 2 1 1 0 0
 *                        striped     0 1 2 3 0 1 2 3 0 1 2 3 0 1 2 3
 *                        weighted    0 0 0 0 1 1 2 3 3 2 1 1 0 0 0 0   (speeds 4:2:1:1)
 * </pre>
 */
public enum Sharding {
  /** Neighbouring tokens: least traffic under a window. */
  CONTIGUOUS,
  /** Chunks r and 2N−1−r of 2N: equal work for every rank under a causal mask. */
  ZIGZAG,
  /** Every N-th token (Brandon et al., "Striped attention", 2023). */
  STRIPED,
  /** As zigzag, with chunks in proportion to the devices' speeds. */
  WEIGHTED;

  /** The name used on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Divides {@code length} tokens.
   *
   * @param speeds of the ranks, in any unit, 0 for those that get nothing; only their number
   *     matters unless weighted
   * @return per rank its slices, ascending, none of them empty
   */
  public List<List<PositionSlice>> shard(long length, double... speeds) {
    int ranks = speeds.length;
    return switch (this) {
      case CONTIGUOUS -> contiguous(length, ranks);
      case ZIGZAG -> mirrored(length, equalShares(ranks));
      case STRIPED -> striped(length, ranks);
      case WEIGHTED -> mirrored(length, shares(speeds));
    };
  }

  private static List<List<PositionSlice>> contiguous(long length, int ranks) {
    List<List<PositionSlice>> shards = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      long from = length * rank / ranks;
      long to = length * (rank + 1) / ranks;
      shards.add(nonEmpty(PositionSlice.contiguous(from, to - from)));
    }
    return shards;
  }

  private static List<List<PositionSlice>> striped(long length, int ranks) {
    List<List<PositionSlice>> shards = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      long count = Math.max(0, Math.ceilDiv(length - rank, ranks));
      shards.add(nonEmpty(PositionSlice.strided(rank, count, ranks)));
    }
    return shards;
  }

  /** A chunk from the first half, and its mirror image from the second. */
  private static List<List<PositionSlice>> mirrored(long length, double[] shares) {
    List<List<PositionSlice>> shards = new ArrayList<>();
    double cumulative = 0;
    long from = 0;
    int lastWithShare = shares.length - 1;
    while (shares[lastWithShare] == 0) {
      lastWithShare--;
    }
    for (int rank = 0; rank < shares.length; rank++) {
      cumulative += shares[rank];
      boolean last = rank == lastWithShare;
      long to = last ? length / 2 : Math.min(length / 2, Math.round(length * cumulative / 2));
      // The middle token of an odd length belongs to the last rank that has a share.
      long mirrorFrom = last ? to : length - to;
      long mirrorTo = length - from;
      shards.add(
          nonEmpty(
              PositionSlice.contiguous(from, to - from),
              PositionSlice.contiguous(mirrorFrom, mirrorTo - mirrorFrom)));
      from = to;
    }
    return shards;
  }

  private static List<PositionSlice> nonEmpty(PositionSlice... slices) {
    List<PositionSlice> nonEmpty = new ArrayList<>(slices.length);
    for (PositionSlice slice : slices) {
      if (slice.length() > 0) {
        nonEmpty.add(slice);
      }
    }
    return nonEmpty;
  }

  private static double[] equalShares(int ranks) {
    double[] shares = new double[ranks];
    Arrays.fill(shares, 1.0 / ranks);
    return shares;
  }

  private static double[] shares(double[] speeds) {
    for (double speed : speeds) {
      if (!(speed >= 0 && Double.isFinite(speed))) {
        throw new IllegalArgumentException(
            "device speeds should be finite and not negative but got " + Arrays.toString(speeds));
      }
    }
    double highest = Arrays.stream(speeds).max().orElse(0);
    if (highest == 0) {
      throw new IllegalArgumentException("some device speed should be positive but all are 0");
    }
    // The sum of the speeds themselves may be infinite.
    double total = Arrays.stream(speeds).map(speed -> speed / highest).sum();
    return Arrays.stream(speeds).map(speed -> speed / highest / total).toArray();
  }
}
