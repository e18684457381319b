package io.ringflash.engine.tornado;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;

/**
 * The drivers through which TornadoVM's SPIR-V backend may reach devices. Asked for one that is not
 * there, the backend does not start.
 */
final class SpirvRuntimes {
  private static final int GPUS_ONLY = 1;

  private SpirvRuntimes() {}

  /** In TornadoVM's notation. */
  static String installed() {
    return levelZeroStarts() ? "opencl,levelzero" : "opencl";
  }

  private static boolean levelZeroStarts() {
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup loader = SymbolLookup.libraryLookup("libze_loader.so.1", arena);
      return (int)
              Linker.nativeLinker()
                  .downcallHandle(
                      loader.findOrThrow("zeInit"),
                      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                  .invokeExact(GPUS_ONLY)
          == 0;
    } catch (IllegalArgumentException e) {
      return false; // There is no such library.
    } catch (Throwable e) {
      throw new IllegalStateException("asking Level Zero for its state failed", e);
    }
  }
}
