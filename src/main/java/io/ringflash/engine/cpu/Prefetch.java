package io.ringflash.engine.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringflash.tensor.CLibrary;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Asks the CPU to fetch memory into its caches before it is read. Reading it ahead is no
 * substitute: a load keeps its place in the reorder buffer until memory has answered, and with it
 * all instructions after it. HotSpot has no instruction for Java to ask with, so a few of them are
 * put into memory and called; on Linux on x86-64 only.
 */
final class Prefetch {
  /** Bytes that the CPU fetches at once. */
  static final int LINE = 64;

  /** Of System V calls: rdi is the address, rsi the step, edx the rows, ecx the lines. */
  private static final byte[] CODE =
      HexFormat.of()
          .parseHex(
              "4889f8" // row: mov rax, rdi
                  + "4189c8" // mov r8d, ecx
                  + "0f1810" // line: prefetcht1 [rax]
                  + "4883c040" // add rax, 64
                  + "41ffc8" // dec r8d
                  + "75f4" // jnz line
                  + "4801f7" // add rdi, rsi
                  + "ffca" // dec edx
                  + "75e7" // jnz row
                  + "c3"); // ret

  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int PROT_EXEC = 4;
  private static final int MAP_PRIVATE = 0x02;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final long MAP_FAILED = -1;

  private static final @Nullable MethodHandle FETCH = isKnownSystem() ? load() : null;

  private Prefetch() {}

  /** Asks for lines, as {@link #lines} does. */
  @FunctionalInterface
  interface Request {
    void lines(long address, long step, int rows, int lines);
  }

  /** Whether {@link #lines} does anything on this system. */
  static boolean isAvailable() {
    return FETCH != null;
  }

  /**
   * Asks for some lines of each of some rows. It reads nothing: any address will do.
   *
   * @param address in the first line of the first row
   * @param step bytes from one row to the next
   */
  static void lines(long address, long step, int rows, int lines) {
    if (FETCH == null || rows <= 0 || lines <= 0) {
      return;
    }
    try {
      FETCH.invokeExact(address, step, rows, lines);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isKnownSystem() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64");
  }

  /** The code, null where the system gives no memory for it. */
  private static @Nullable MethodHandle load() {
    MemorySegment code = executable(CODE);
    return code == null
        ? null
        : Linker.nativeLinker()
            .downcallHandle(
                code,
                FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT),
                Linker.Option.critical(false));
  }

  private static @Nullable MemorySegment executable(byte[] code) {
    MethodHandle map =
        CLibrary.function(
            "mmap",
            FunctionDescriptor.of(
                ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    MethodHandle protect =
        CLibrary.function(
            "mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    long size = code.length;
    try {
      MemorySegment memory =
          (MemorySegment)
              map.invokeExact(
                  0L, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
      if (memory.address() == MAP_FAILED) {
        return null;
      }
      memory.reinterpret(size).copyFrom(MemorySegment.ofArray(code));
      return (int) protect.invokeExact(memory, size, PROT_READ | PROT_EXEC) == 0 ? memory : null;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
