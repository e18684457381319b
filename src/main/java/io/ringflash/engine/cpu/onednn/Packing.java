package io.ringflash.engine.cpu.onednn;

import java.lang.foreign.MemorySegment;

/** Brings B of products into their layout; for one thread at a time. */
public final class Packing implements Computation {
  private static final int SOURCE = 0;
  private static final int TARGET = 1;

  private final Primitive primitive;

  /**
   * @param form of products
   * @param layout of their B
   * @param source B as the form describes it, off-heap; stays there
   */
  public Packing(OneDnn library, MatmulForm form, PackedLayout layout, MemorySegment source) {
    MemorySegment plain = MatmulDesc.plain(library, form);
    try {
      MemorySegment desc =
          library.make(
              library.reorderDescCreate,
              plain,
              library.engine(),
              layout.desc(),
              library.engine(),
              MemorySegment.NULL);
      try {
        this.primitive =
            new Primitive(
                library,
                desc,
                new Primitive.Argument(Primitive.FROM, plain),
                new Primitive.Argument(Primitive.TO, layout.desc()));
      } finally {
        library.call(library.primitiveDescDestroy, desc);
      }
    } finally {
      library.call(library.memoryDescDestroy, plain);
    }
    primitive.put(SOURCE, source);
  }

  /** Packs what is in the source now. */
  @Override
  public void run(MemorySegment target) {
    primitive.put(TARGET, target);
    primitive.run();
  }

  @Override
  public void close() {
    primitive.close();
  }
}
