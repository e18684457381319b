package io.ringflash.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Functions of the C library that the JVM runs with. */
public final class CLibrary {
  private CLibrary() {}

  /**
   * The function {@code name}.
   *
   * @throws java.util.NoSuchElementException if the library has none of this name
   */
  public static MethodHandle function(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
  }
}
