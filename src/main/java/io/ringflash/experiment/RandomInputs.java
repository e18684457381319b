package io.ringflash.experiment;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionShape;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Tensors of normally distributed numbers. The same seed gives the same numbers on any number of
 * threads, rounded to the storage type that is asked for.
 */
public final class RandomInputs {
  /** Elements that share one generator. */
  private static final long CHUNK = 4096;

  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private final Arena arena;
  private final DType dtype;
  private final long seed;

  /**
   * @param arena holds the tensors
   */
  public RandomInputs(Arena arena, DType dtype, long seed) {
    this.arena = arena;
    this.dtype = dtype;
    this.seed = seed;
  }

  /**
   * q, k and v.
   *
   * @throws IllegalArgumentException if they take more memory than the host has free
   */
  public AttentionInputs create(AttentionShape shape) {
    requireRoom(shape, 0);
    return withoutJoint(shape);
  }

  private AttentionInputs withoutJoint(AttentionShape shape) {
    return new AttentionInputs(
        tensor(0, shape.queryShape()), tensor(1, shape.keyShape()), tensor(2, shape.keyShape()));
  }

  /**
   * q, k and v with joint keys and values.
   *
   * @param jointKeys number of joint tokens
   * @throws IllegalArgumentException if they take more memory than the host has free
   */
  public AttentionInputs create(AttentionShape shape, long jointKeys) {
    requireRoom(shape, jointKeys);
    AttentionInputs plain = withoutJoint(shape);
    long[] jointShape = shape.keyShape();
    jointShape[1] = jointKeys;
    return new AttentionInputs(
        plain.q(), plain.k(), plain.v(), null, tensor(3, jointShape), tensor(4, jointShape));
  }

  private void requireRoom(AttentionShape shape, long jointKeys) {
    double queries = (double) shape.seqLenQ() * shape.heads();
    double keysAndValues = 2.0 * (shape.seqLenK() + jointKeys) * shape.kvHeads();
    double elements = (queries + keysAndValues) * shape.batch() * shape.headDim();
    HostRoom.now().require("random inputs", elements * dtype.byteSize());
  }

  /**
   * One tensor.
   *
   * @param stream of random numbers; each tensor has its own, and {@code create} takes those from 0
   *     to 4
   */
  public Tensor tensor(long stream, long... shape) {
    Tensor tensor = Tensor.allocate(arena, dtype, shape);
    long size = tensor.size();
    LongStream.range(0, Math.ceilDiv(size, CHUNK))
        .parallel()
        .forEach(chunk -> fill(tensor, stream, chunk, Math.min(size, (chunk + 1) * CHUNK)));
    return tensor;
  }

  private void fill(Tensor tensor, long stream, long chunk, long end) {
    SplittableRandom streams = new SplittableRandom(seed + stream * GOLDEN_GAMMA);
    SplittableRandom random = new SplittableRandom(streams.nextLong() + chunk * GOLDEN_GAMMA);
    for (long i = chunk * CHUNK; i < end; i++) {
      dtype.store(tensor.data(), i * dtype.byteSize(), (float) random.nextGaussian());
    }
  }
}
