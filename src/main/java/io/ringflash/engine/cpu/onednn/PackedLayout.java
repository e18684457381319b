package io.ringflash.engine.cpu.onednn;

import java.lang.foreign.MemorySegment;

/** The order in which oneDNN would have B of a product in memory. */
public final class PackedLayout {
  private final OneDnn library;

  /** Stays, as the library does. */
  private final MemorySegment desc;

  PackedLayout(OneDnn library, MatmulForm form) {
    this.library = library;
    try (MatmulDesc product = MatmulDesc.withAnyLayout(library, form)) {
      this.desc = library.make(library.memoryDescClone, product.b());
    }
  }

  /** Bytes of a packed matrix. */
  public long byteSize() {
    return library.byteSize(desc);
  }

  MemorySegment desc() {
    return desc;
  }
}
