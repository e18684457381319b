package io.ringflash.engine.tornado;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * A driver's shared library, found as the loader finds it. Handles and device addresses, which
 * nobody here looks into, travel as {@code long}.
 */
final class NativeLibrary {
  private final Linker linker = Linker.nativeLinker();
  private final String name;
  private final SymbolLookup symbols;

  private NativeLibrary(String name, SymbolLookup symbols) {
    this.name = name;
    this.symbols = symbols;
  }

  /**
   * Loads a library, which stays until the program ends.
   *
   * @throws PeerUnavailableException if there is none
   */
  static NativeLibrary load(String name) {
    try {
      return new NativeLibrary(name, SymbolLookup.libraryLookup(name, Arena.global()));
    } catch (IllegalArgumentException e) {
      throw new PeerUnavailableException("the loader finds no " + name);
    }
  }

  /**
   * A function that returns a status.
   *
   * @throws PeerUnavailableException if the library has none of that name
   */
  MethodHandle status(String symbol, MemoryLayout... parameters) {
    return function(symbol, FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
  }

  /**
   * A function that returns a handle.
   *
   * @throws PeerUnavailableException if the library has none of that name
   */
  MethodHandle handle(String symbol, MemoryLayout... parameters) {
    return function(symbol, FunctionDescriptor.of(ValueLayout.JAVA_LONG, parameters));
  }

  private MethodHandle function(String symbol, FunctionDescriptor type) {
    return symbols
        .find(symbol)
        .map(address -> linker.downcallHandle(address, type))
        .orElseThrow(
            () -> new PeerUnavailableException("%s has no function %s".formatted(name, symbol)));
  }
}
