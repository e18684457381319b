package io.ringflash.engine.cpu.onednn;

import java.lang.foreign.MemorySegment;

/** A matrix product with a packed B; for one thread at a time. */
public final class Matmul implements Computation {
  private static final int A = 0;
  private static final int B = 1;
  private static final int C = 2;

  private final Primitive primitive;

  /**
   * A product of matrices off-heap.
   *
   * @param layout of B
   * @param a stays there
   * @param c stays there
   */
  public Matmul(
      OneDnn library, MatmulForm form, PackedLayout layout, MemorySegment a, MemorySegment c) {
    try (MatmulDesc desc = MatmulDesc.of(library, form, layout)) {
      this.primitive =
          new Primitive(
              library,
              desc.product(),
              new Primitive.Argument(Primitive.FROM, desc.a()),
              new Primitive.Argument(Primitive.B, layout.desc()),
              new Primitive.Argument(Primitive.TO, desc.c()));
    }
    primitive.put(A, a);
    primitive.put(C, c);
  }

  /** Computes C from A and {@code b}. */
  @Override
  public void run(MemorySegment b) {
    primitive.put(B, b);
    primitive.run();
  }

  @Override
  public void close() {
    primitive.close();
  }
}
