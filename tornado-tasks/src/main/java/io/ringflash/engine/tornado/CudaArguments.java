package io.ringflash.engine.tornado;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A kernel's arguments: an address of each one's value, as the driver takes them. */
final class CudaArguments implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment addresses;

  /** Some arguments of 8 bytes, which are 0 as yet. */
  CudaArguments(int count) {
    addresses = arena.allocate(ADDRESS, count);
    for (int i = 0; i < count; i++) {
      addresses.setAtIndex(ADDRESS, i, arena.allocate(JAVA_LONG));
    }
  }

  MemorySegment addresses() {
    return addresses;
  }

  /** Makes the {@code i}-th argument the address of some memory. */
  void set(int i, DeviceBuffer memory) {
    addresses.getAtIndex(ADDRESS, i).reinterpret(Long.BYTES).set(JAVA_LONG, 0, memory.handle());
  }

  /** Makes the {@code i}-th argument a description of a tensor, and returns where it belongs. */
  MemorySegment tensorMap(int i) {
    MemorySegment map = TensorMaps.allocate(arena);
    addresses.setAtIndex(ADDRESS, i, map);
    return map;
  }

  /** Makes the {@code i}-th argument a structure of some integers, and returns it. */
  MemorySegment ints(int i, int count) {
    MemorySegment ints = arena.allocate(JAVA_INT, count);
    addresses.setAtIndex(ADDRESS, i, ints);
    return ints;
  }

  @Override
  public void close() {
    arena.close();
  }
}
