package io.ringflash.engine.tornado;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Describes packed tensors, {@code (batch, token, head, headDim)} of 16 bits, to the copy engine of
 * Hopper (CUtensorMap): it brings boxes of {@value TileTable#TOKENS} tokens and {@value #COLUMNS}
 * columns of one head to shared memory.
 *
 * <p>For one thread at a time.
 */
final class TensorMaps implements AutoCloseable {
  /** Bytes of a description, and what its address is a multiple of. */
  private static final int BYTES = 128;

  private static final int ALIGNMENT = 64;

  /** Elements of 128 bytes, within which chunks are exchanged. */
  private static final int COLUMNS = 64;

  private static final int RANK = 4;
  private static final int FLOAT16 = 6;
  private static final int BFLOAT16 = 9;
  private static final int INTERLEAVE_NONE = 0;
  private static final int SWIZZLE_128B = 3;
  private static final int L2_PROMOTION_256B = 3;
  private static final int OUTSIDE_IS_ZERO = 0;

  private final CudaDriver driver;
  private final long context;
  private final MethodHandle encode;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment sizes = arena.allocate(JAVA_LONG, RANK);
  private final MemorySegment strides = arena.allocate(JAVA_LONG, RANK - 1);
  private final MemorySegment box = arena.allocateFrom(JAVA_INT, COLUMNS, 1, TileTable.TOKENS, 1);
  private final MemorySegment steps = arena.allocateFrom(JAVA_INT, 1, 1, 1, 1);

  /**
   * Finds the driver's function.
   *
   * @param context that the tensors' memory belongs to
   * @throws PeerUnavailableException if it is too old to have it
   */
  TensorMaps(CudaDriver driver, long context) {
    this.driver = driver;
    this.context = context;
    this.encode =
        driver.function(
            "cuTensorMapEncodeTiled",
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT);
  }

  /** Room for a description. */
  static MemorySegment allocate(Arena arena) {
    return arena.allocate(BYTES, ALIGNMENT);
  }

  /**
   * Writes a description.
   *
   * @param map receives it
   * @param address of the first element, a multiple of 16
   * @param headDim a multiple of 8
   */
  void describe(
      MemorySegment map,
      long address,
      DType dtype,
      long batch,
      long tokens,
      long heads,
      long headDim) {
    long row = headDim * dtype.byteSize();
    // An empty tensor has no description: nobody reads the token that this one claims.
    long described = Math.max(tokens, 1);
    set(sizes, headDim, heads, described, batch);
    set(strides, row, row * heads, row * heads * described);
    int type = dtype == DType.BF16 ? BFLOAT16 : FLOAT16;
    driver.within(
        context,
        () ->
            driver.require(
                "cuTensorMapEncodeTiled",
                () ->
                    (int)
                        encode.invokeExact(
                            map,
                            type,
                            RANK,
                            address,
                            sizes,
                            strides,
                            box,
                            steps,
                            INTERLEAVE_NONE,
                            SWIZZLE_128B,
                            L2_PROMOTION_256B,
                            OUTSIDE_IS_ZERO)));
  }

  @Override
  public void close() {
    arena.close();
  }

  private static void set(MemorySegment longs, long... values) {
    for (int i = 0; i < values.length; i++) {
      longs.setAtIndex(JAVA_LONG, i, values[i]);
    }
  }
}
