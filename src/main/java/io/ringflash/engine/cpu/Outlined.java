package io.ringflash.engine.cpu;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * A method of {@link TileRows} that HotSpot compiles alone: it does not inline what a handle calls
 * that is no constant.
 *
 * <p>A power of e on vectors takes so many nodes of the compiler's graph that a caller with other
 * vectors' operations may reach the limit in the midst of them (NodeCountInliningCutoff, as
 * -XX:+PrintInlining says). Those left are calls with vectors on the heap, and the whole takes
 * twice as long; whether it comes to that changes from run to run.
 */
final class Outlined {
  private final MethodHandle handle;

  /**
   * @param name of a method that takes a number of rows
   */
  Outlined(MethodHandles.Lookup lookup, String name) {
    try {
      this.handle =
          lookup.findVirtual(TileRows.class, name, MethodType.methodType(void.class, int.class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  void call(TileRows tile, int rows) {
    try {
      handle.invokeExact(tile, rows);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
