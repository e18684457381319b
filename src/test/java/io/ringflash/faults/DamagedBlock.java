package io.ringflash.faults;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/** Copies of blocks in which one bit is another. */
public final class DamagedBlock {
  private DamagedBlock() {}

  /** A copy in which the highest bit of the first value but for its sign has changed. */
  public static KeyValueBlock of(KeyValueBlock block) {
    return new KeyValueBlock(
        block.parts().stream().map(DamagedBlock::of).toList(), block.lasting());
  }

  private static KeyValuePart of(KeyValuePart part) {
    Tensor v = part.v().copy(Arena.ofAuto(), part.v().dtype());
    long last = v.byteOffset(new long[v.rank()]) + v.dtype().byteSize() - 1;
    byte highest = v.data().get(ValueLayout.JAVA_BYTE, last);
    v.data().set(ValueLayout.JAVA_BYTE, last, (byte) (highest ^ 0x40));
    return new KeyValuePart(part.positions(), part.k(), v);
  }
}
