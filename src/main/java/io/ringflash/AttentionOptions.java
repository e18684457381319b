package io.ringflash;

import io.ringflash.attention.Alibi;
import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.BlockProcessor;
import io.ringflash.attention.Dropout;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How attention is computed: the arguments of {@code ring_flash_attn_func}, in Java's manner.
 * Immutable; {@link #builder} starts from the defaults, which are full attention with scale
 * 1/√headDim.
 */
public final class AttentionOptions {
  private final Builder values;

  private AttentionOptions(Builder values) {
    this.values = values;
  }

  /** Full attention, scale 1/√headDim, contiguous sharding, lse returned. */
  public static AttentionOptions defaults() {
    return builder().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** A builder of options that begins with these. */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /**
   * What these options ask of {@code q} and {@code k}: the problem that an oracle would solve.
   *
   * @throws IllegalArgumentException if shapes or options are invalid
   */
  public AttentionProblem problem(Tensor q, Tensor k) {
    AttentionShape shape =
        BorderChecks.shape(q, BorderChecks.queryLength("q", q), k, BorderChecks.keyLength("k", k));
    return problem(shape, q.dtype());
  }

  AttentionProblem problem(AttentionShape shape, DType dtype) {
    Float scale = values.softmaxScale;
    return new AttentionProblem(
        shape,
        dtype,
        new AttentionMask(values.causal, values.windowLeft, values.windowRight),
        scale == null ? AttentionProblem.defaultScale(shape.headDim()) : scale,
        values.softcap,
        values.alibi,
        new Dropout(values.dropout, values.seed));
  }

  /** Whether the same bits come out for any number of devices and any sharding. */
  public boolean deterministic() {
    return values.deterministic;
  }

  boolean returnLse() {
    return values.returnLse;
  }

  /** The block kernel that is asked for. */
  public AttnType attnType() {
    return values.attnType;
  }

  /** What becomes of a call one of whose devices fails. */
  public OnDeviceFailure onDeviceFailure() {
    return values.onDeviceFailure;
  }

  /** Whether K/V blocks are compared, where they arrive, with what left. */
  public boolean checkBlocks() {
    return values.checkBlocks;
  }

  @Nullable BlockProcessor blockProcessor() {
    return values.blockProcessor;
  }

  /** How the sequence is divided among the devices. */
  public Sharding sharding() {
    return values.sharding;
  }

  double @Nullable [] deviceSpeeds() {
    return values.deviceSpeeds;
  }

  @Nullable Tensor jointQuery() {
    return values.jointQuery;
  }

  @Nullable Tensor jointKey() {
    return values.jointKey;
  }

  @Nullable Tensor jointValue() {
    return values.jointValue;
  }

  /** Collects options; every setter returns the builder. */
  public static final class Builder {
    private float dropout;
    private long seed;
    private @Nullable Float softmaxScale;
    private boolean causal;
    private long windowLeft = -1;
    private long windowRight = -1;
    private float softcap;
    private Alibi alibi = Alibi.NONE;
    private boolean deterministic;
    private boolean returnLse = true;
    private AttnType attnType = AttnType.AUTO;
    private @Nullable BlockProcessor blockProcessor;
    private boolean checkBlocks;
    private OnDeviceFailure onDeviceFailure = OnDeviceFailure.STOP;
    private Sharding sharding = Sharding.CONTIGUOUS;
    private double @Nullable [] deviceSpeeds;
    private @Nullable Tensor jointQuery;
    private @Nullable Tensor jointKey;
    private @Nullable Tensor jointValue;

    private Builder() {}

    private Builder(Builder other) {
      this.dropout = other.dropout;
      this.seed = other.seed;
      this.softmaxScale = other.softmaxScale;
      this.causal = other.causal;
      this.windowLeft = other.windowLeft;
      this.windowRight = other.windowRight;
      this.softcap = other.softcap;
      this.alibi = other.alibi;
      this.deterministic = other.deterministic;
      this.returnLse = other.returnLse;
      this.attnType = other.attnType;
      this.blockProcessor = other.blockProcessor;
      this.checkBlocks = other.checkBlocks;
      this.onDeviceFailure = other.onDeviceFailure;
      this.sharding = other.sharding;
      this.deviceSpeeds = other.deviceSpeeds;
      this.jointQuery = other.jointQuery;
      this.jointKey = other.jointKey;
      this.jointValue = other.jointValue;
    }

    /** Drops weights with this probability, in [0, 1). The same weights for every ring. */
    public Builder dropout(float probability, long seed) {
      this.dropout = probability;
      this.seed = seed;
      return this;
    }

    /** Factor of q·k; 1/√headDim by default. */
    public Builder softmaxScale(float scale) {
      this.softmaxScale = scale;
      return this;
    }

    /** Hides keys after a query's position; the last query is aligned with the last key. */
    public Builder causal(boolean causal) {
      this.causal = causal;
      return this;
    }

    /** Keys visible before and after a query's position; −1 for no limit. */
    public Builder window(long left, long right) {
      this.windowLeft = left;
      this.windowRight = right;
      return this;
    }

    /** Bounds scores by {@code cap·tanh(score / cap)}; 0 for none. */
    public Builder softcap(float cap) {
      this.softcap = cap;
      return this;
    }

    /** Biases scores by distance. */
    public Builder alibi(Alibi alibi) {
      this.alibi = Objects.requireNonNull(alibi, "alibi");
      return this;
    }

    /**
     * The same bits for any number of devices and any sharding of one engine and kernel. Not with a
     * block processor.
     */
    public Builder deterministic(boolean deterministic) {
      this.deterministic = deterministic;
      return this;
    }

    /** Whether the result has lse. */
    public Builder returnLse(boolean returnLse) {
      this.returnLse = returnLse;
      return this;
    }

    /** Selects the block kernel. */
    public Builder attnType(AttnType attnType) {
      this.attnType = Objects.requireNonNull(attnType, "attnType");
      return this;
    }

    /** Replaces the block kernel by the caller's own. */
    public Builder blockProcessor(@Nullable BlockProcessor processor) {
      this.blockProcessor = processor;
      return this;
    }

    /**
     * Whether K/V blocks carry a checksum, which is compared where they arrive: in each process,
     * and on each device. A block that does not match is a failure of the device.
     */
    public Builder checkBlocks(boolean checkBlocks) {
      this.checkBlocks = checkBlocks;
      return this;
    }

    /** Whether a call fails with the first of its devices, or goes on without it. */
    public Builder onDeviceFailure(OnDeviceFailure onDeviceFailure) {
      this.onDeviceFailure = Objects.requireNonNull(onDeviceFailure, "onDeviceFailure");
      return this;
    }

    /** Divides the sequence among the devices. */
    public Builder sharding(Sharding sharding) {
      this.sharding = Objects.requireNonNull(sharding, "sharding");
      return this;
    }

    /**
     * Speeds of the devices in rank order, in any unit, for {@link Sharding#WEIGHTED}; measured on
     * a small problem when not given, and then a device with less than 1/32 of all speed gets no
     * share.
     */
    public Builder deviceSpeeds(double... speeds) {
      this.deviceSpeeds = speeds.clone();
      return this;
    }

    /**
     * Keys and values that every query sees, whatever the mask: {@code (batch, n, kvHeads,
     * headDim)}.
     *
     * @param strategy on which side they are concatenated; the answer is the same
     */
    public Builder joint(Tensor key, Tensor value, JointStrategy strategy) {
      return joint(null, key, value, strategy);
    }

    /**
     * As {@link #joint(Tensor, Tensor, JointStrategy)}, with queries {@code (batch, m, heads,
     * headDim)} that see every key; m may differ from n.
     */
    @SuppressWarnings(
        "unused") // The strategy documents the caller's layout; the answer is the same.
    public Builder joint(@Nullable Tensor query, Tensor key, Tensor value, JointStrategy strategy) {
      this.jointQuery = query;
      this.jointKey = Objects.requireNonNull(key, "joint key");
      this.jointValue = Objects.requireNonNull(value, "joint value");
      return this;
    }

    public AttentionOptions build() {
      return new AttentionOptions(new Builder(this));
    }
  }
}
