package io.ringflash.engine.cpu;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * A method that HotSpot compiles alone: it does not inline what a handle calls that is no constant.
 *
 * <p>A power of e on vectors takes so many nodes of the compiler's graph that a caller with other
 * vectors' operations may reach the limit in the midst of them (NodeCountInliningCutoff, as
 * -XX:+PrintInlining says). Those left are calls with vectors on the heap, and the whole takes
 * twice as long; whether it comes to that changes from run to run.
 *
 * @param <T> whose method it is
 */
final class Outlined<T> {
  private final MethodHandle handle;

  /**
   * @param name of a method that takes a number
   */
  Outlined(MethodHandles.Lookup lookup, Class<T> owner, String name) {
    try {
      this.handle =
          lookup
              .findVirtual(owner, name, MethodType.methodType(void.class, int.class))
              .asType(MethodType.methodType(void.class, Object.class, int.class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  void call(T target, int number) {
    try {
      handle.invokeExact((Object) target, number);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
