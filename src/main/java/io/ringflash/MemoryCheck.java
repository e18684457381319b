package io.ringflash;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.ShardSize;
import io.ringflash.engine.TokenCount;
import io.ringflash.ring.OuterRing;
import io.ringflash.ring.Ring;
import io.ringflash.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Whether a call's memory will do, before it begins: that of each device for its share, and that of
 * the host for results and for the devices that are a part of it.
 */
final class MemoryCheck {
  /** What needs less than this part of the memory is not worth asking how much is free. */
  private static final long NEGLIGIBLE = 128;

  private static final int MOST_DEVICES = 1024;

  private final Ring ring;
  private final AttentionOptions options;
  private final AttentionProblem problem;
  private final double[] speeds;
  private final long jointQueries;
  private final TokenCount jointKeys;

  /**
   * @param speeds of the ranks, as sharding takes them
   */
  MemoryCheck(Ring ring, AttentionOptions options, AttentionProblem problem, double[] speeds) {
    this.ring = ring;
    this.options = options;
    this.problem = problem;
    this.speeds = speeds;
    this.jointQueries = joint(options.jointQuery()).tokens();
    this.jointKeys = joint(options.jointKey());
  }

  /**
   * @param division of the call
   * @throws IllegalArgumentException if memory will not do; the message says what would fit
   */
  void require(Division division) {
    Optional<Shortage> shortage = shortage(problem, division);
    if (shortage.isPresent()) {
      throw new IllegalArgumentException(
          shortage.get().message() + advice(shortage.get().onHost()));
    }
  }

  private record Shortage(String who, long needed, long free, boolean onHost) {
    String message() {
      return "%s should have %s of free memory for this run but has %s"
          .formatted(who, gigabytes(needed), gigabytes(free));
    }
  }

  private String advice(boolean onHost) {
    long fits = largest(1, longest(), length -> fits(length, ring.ranks()));
    String shorter = fits == 0 ? ": no length fits" : ": the largest seqLen that fits is " + fits;
    if (onHost) {
      return shorter;
    }
    long tooFew = largest(ring.ranks(), MOST_DEVICES, ranks -> !fits(longest(), (int) ranks));
    return tooFew == MOST_DEVICES - 1
        ? shorter
        : "%s, or use %d devices like these".formatted(shorter, tooFew + 1);
  }

  /**
   * Whether memory would do on {@code ranks} devices, were queries and keys, in proportion, no
   * longer than {@code length}.
   */
  private boolean fits(long length, int ranks) {
    long seqLenQ = Math.ceilDiv(problem.shape().seqLenQ() * length, longest());
    long seqLenK = Math.ceilDiv(problem.shape().seqLenK() * length, longest());
    double[] weights = new double[ranks];
    Arrays.setAll(weights, rank -> speeds[rank % speeds.length]);
    return shortage(
            problem.withLengths(seqLenQ, seqLenK), Division.of(options, seqLenQ, seqLenK, weights))
        .isEmpty();
  }

  /** Of queries or keys. */
  private long longest() {
    return Math.max(1, Math.max(problem.shape().seqLenQ(), problem.shape().seqLenK()));
  }

  /** The first memory that would not do for {@code scaled} on as many ranks as it is divided to. */
  private Optional<Shortage> shortage(AttentionProblem scaled, Division division) {
    int ranks = division.queries().size();
    TokenCount block = largest(division.blocks());
    int local = ring.localDevices();
    long onHost =
        resultBytes(scaled) * local / ring.ranks() + receivedBytes(scaled, division, block);
    int from = ranks == ring.ranks() ? ring.firstLocalRank() : 0;
    int to = ranks == ring.ranks() ? from + local : ranks;
    List<String> hostDevices = new ArrayList<>();
    AttentionDevice anyHostDevice = null;
    for (int rank = from; rank < to; rank++) {
      AttentionDevice device = ring.device(Math.floorMod(rank - ring.firstLocalRank(), local));
      long bytes = device.memoryBytes(share(scaled, division, rank, block));
      if (device.isEmbedded()) {
        onHost += bytes;
        hostDevices.add(device.info().id());
        anyHostDevice = device;
      } else if (isShort(device, bytes)) {
        return Optional.of(
            new Shortage(device.info().id(), bytes, device.freeMemoryBytes(), false));
      }
    }
    return anyHostDevice != null && isShort(anyHostDevice, onHost)
        ? Optional.of(
            new Shortage(
                "the host of " + String.join(", ", hostDevices),
                onHost,
                anyHostDevice.freeMemoryBytes(),
                true))
        : Optional.empty();
  }

  private static boolean isShort(AttentionDevice device, long bytes) {
    return bytes > device.info().memoryBytes() / NEGLIGIBLE && bytes > device.freeMemoryBytes();
  }

  private ShardSize share(AttentionProblem scaled, Division division, int rank, TokenCount block) {
    TokenCount own = TokenCount.of(division.queries().get(rank));
    TokenCount joint = TokenCount.of(division.jointQueries().get(rank));
    TokenCount all = new TokenCount(own.tokens() + joint.tokens(), own.slices() + joint.slices());
    return new ShardSize(
        scaled,
        options.attnType(),
        options.blockProcessor() != null,
        all,
        List.of(block.max(jointKeys), block));
  }

  private static TokenCount largest(List<List<PositionSlice>> blocks) {
    TokenCount largest = new TokenCount(0, 0);
    for (List<PositionSlice> block : blocks) {
      largest = largest.max(TokenCount.of(block));
    }
    return largest;
  }

  /** Of out and lse. */
  private long resultBytes(AttentionProblem scaled) {
    AttentionShape shape = scaled.shape();
    long rows = (shape.seqLenQ() + jointQueries) * shape.batch() * shape.heads();
    return rows * ((long) shape.headDim() * scaled.dtype().byteSize() + Float.BYTES);
  }

  /** Of the blocks of other processes that this one has room for at a time. */
  private long receivedBytes(AttentionProblem scaled, Division division, TokenCount block) {
    if (ring.placement().processes() == 1) {
      return 0;
    }
    int others = Math.max(0, division.blocks().size() - ring.localDevices());
    return Math.min(OuterRing.slots(ring.placement()), others)
        * scaled.keyValueBytes(block.tokens());
  }

  private static TokenCount joint(@Nullable Tensor tensor) {
    return tensor == null ? new TokenCount(0, 0) : new TokenCount(tensor.dim(1), 1);
  }

  /** The largest number in [from, to) of which {@code holds} is true, 0 if it is of none. */
  private static long largest(long from, long to, LongPredicate holds) {
    long low = from - 1;
    long high = to;
    while (high - low > 1) {
      long middle = low + (high - low) / 2;
      if (holds.test(middle)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low < from ? 0 : low;
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes * 1e-9);
  }
}
