package io.ringflash.engine.cpu.onednn;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * oneDNN's description of a product: which of its kernels computes it, and how its matrices lie.
 */
final class MatmulDesc implements AutoCloseable {
  private static final int DIMENSIONS = 2;

  /** {@code dnnl_dims_t}. */
  private static final int MAX_DIMENSIONS = 12;

  private static final int TYPE_OF_C = 0;
  private static final int TYPE_BF16 = 2;
  private static final int TYPE_FP32 = 3;
  private static final int ANY_LAYOUT = 1;
  private static final int ELTWISE_LINEAR = 0x26;

  /** Several threads compute at once, so none may use the library's own scratchpad. */
  private static final int SCRATCHPAD_OF_USER = 1;

  private static final int QUERY_B = 131;

  private final OneDnn library;
  private final List<MemorySegment> matrices = new ArrayList<>();
  private final MemorySegment attributes;
  private final MemorySegment a;
  private final MemorySegment c;
  private final MemorySegment product;

  private MatmulDesc(OneDnn library, MatmulForm form, MemorySegment b) {
    this.library = library;
    int type = type(form.dtype());
    this.a = keep(matrix(library, type, form.rows(), form.depth(), form.depth(), 1));
    this.c = keep(matrix(library, TYPE_FP32, form.rows(), form.columns(), form.columns(), 1));
    this.attributes = attributes(form);
    this.product =
        library.make(
            library.matmulDescCreate, library.engine(), a, b, MemorySegment.NULL, c, attributes);
  }

  /** A product with a B that is packed. */
  static MatmulDesc of(OneDnn library, MatmulForm form, PackedLayout layout) {
    return new MatmulDesc(library, form, layout.desc());
  }

  /** A product with a B that lies as the library would have it. */
  static MatmulDesc withAnyLayout(OneDnn library, MatmulForm form) {
    MemorySegment any = anyMatrix(library, type(form.dtype()), form.depth(), form.columns());
    MatmulDesc made = new MatmulDesc(library, form, any);
    made.keep(any);
    return made;
  }

  /** B before it is packed; for the caller to destroy. */
  static MemorySegment plain(OneDnn library, MatmulForm form) {
    long rowStride = form.transposed() ? 1 : form.columns();
    long columnStride = form.transposed() ? form.depth() : 1;
    return matrix(
        library, type(form.dtype()), form.depth(), form.columns(), rowStride, columnStride);
  }

  MemorySegment product() {
    return product;
  }

  MemorySegment a() {
    return a;
  }

  /** Belongs to the product. */
  MemorySegment b() {
    return library.query(product, QUERY_B);
  }

  MemorySegment c() {
    return c;
  }

  private static int type(DType dtype) {
    return dtype == DType.BF16 ? TYPE_BF16 : TYPE_FP32;
  }

  private MemorySegment keep(MemorySegment matrix) {
    matrices.add(matrix);
    return matrix;
  }

  private static MemorySegment matrix(
      OneDnn library, int type, long rows, long columns, long rowStride, long columnStride) {
    try (Arena arena = Arena.ofConfined()) {
      return library.make(
          library.memoryDescCreate,
          DIMENSIONS,
          dimensions(arena, rows, columns),
          type,
          dimensions(arena, rowStride, columnStride));
    }
  }

  private static MemorySegment anyMatrix(OneDnn library, int type, long rows, long columns) {
    try (Arena arena = Arena.ofConfined()) {
      return library.make(
          library.memoryDescCreateWithTag,
          DIMENSIONS,
          dimensions(arena, rows, columns),
          type,
          ANY_LAYOUT);
    }
  }

  private static MemorySegment dimensions(Arena arena, long first, long second) {
    MemorySegment dimensions = arena.allocate(JAVA_LONG, MAX_DIMENSIONS);
    dimensions.setAtIndex(JAVA_LONG, 0, first);
    dimensions.setAtIndex(JAVA_LONG, 1, second);
    return dimensions;
  }

  private MemorySegment attributes(MatmulForm form) {
    MemorySegment made = library.make(library.attrCreate);
    library.call(library.attrSetScratchpad, made, SCRATCHPAD_OF_USER);
    MemorySegment operations = library.make(library.postOpsCreate);
    try {
      if (form.scale() != 1) {
        library.call(library.postOpsAppendEltwise, operations, ELTWISE_LINEAR, form.scale(), 0f);
      }
      if (form.accumulates()) {
        library.call(library.postOpsAppendSum, operations, 1f, 0, TYPE_OF_C);
      }
      library.call(library.attrSetPostOps, made, operations);
    } finally {
      library.call(library.postOpsDestroy, operations);
    }
    return made;
  }

  @Override
  public void close() {
    library.call(library.primitiveDescDestroy, product);
    library.call(library.attrDestroy, attributes);
    for (MemorySegment matrix : matrices) {
      library.call(library.memoryDescDestroy, matrix);
    }
  }
}
