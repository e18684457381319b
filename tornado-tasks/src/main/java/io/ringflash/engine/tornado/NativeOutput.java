package io.ringflash.engine.tornado;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The process's standard output, which leads to standard error for a while: what a driver prints
 * when it starts is no result of the program. Needs POSIX functions; without them nothing changes.
 */
final class NativeOutput {
  private static final int OUTPUT = 1;
  private static final int ERROR = 2;

  private final Posix posix;
  private final int kept;

  private NativeOutput(Posix posix) {
    this.posix = posix;
    flush();
    kept = StatusCall.of(() -> (int) posix.dup.invokeExact(OUTPUT));
    lead(ERROR);
  }

  /** Does {@code work} with standard output leading to standard error. */
  static <T> T toError(Supplier<T> work) {
    Posix posix = Posix.AVAILABLE ? new Posix() : null;
    if (posix == null || !posix.isWritable(OUTPUT)) {
      return work.get();
    }
    NativeOutput output = new NativeOutput(posix);
    try {
      return work.get();
    } finally {
      output.restore();
    }
  }

  private void restore() {
    flush();
    lead(kept);
    StatusCall.of(() -> (int) posix.close.invokeExact(kept));
  }

  private void lead(int to) {
    StatusCall.of(() -> (int) posix.dup2.invokeExact(to, OUTPUT));
  }

  /** All streams of C's; Java's has no buffer. */
  private void flush() {
    StatusCall.of(() -> (int) posix.fflush.invokeExact(MemorySegment.NULL));
  }

  private static final class Posix {
    static final boolean AVAILABLE =
        Stream.of("dup", "dup2", "close", "fcntl", "fflush")
            .allMatch(name -> find(name).isPresent());

    private static final int GET_FLAGS = 3;
    private static final int ACCESS_MODE = 3;
    private static final int READ_ONLY = 0;

    final MethodHandle dup = function("dup", JAVA_INT);
    final MethodHandle dup2 = function("dup2", JAVA_INT, JAVA_INT);
    final MethodHandle close = function("close", JAVA_INT);
    final MethodHandle fflush = function("fflush", ADDRESS);
    private final MethodHandle fcntl =
        Linker.nativeLinker()
            .downcallHandle(
                find("fcntl").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT),
                Linker.Option.firstVariadicArg(2));

    /** If a program starts with standard output closed, its JVM reads a file by that number. */
    boolean isWritable(int file) {
      int flags = StatusCall.of(() -> (int) fcntl.invokeExact(file, GET_FLAGS));
      return flags >= 0 && (flags & ACCESS_MODE) != READ_ONLY;
    }

    private static MethodHandle function(String name, MemoryLayout... parameters) {
      return Linker.nativeLinker()
          .downcallHandle(find(name).orElseThrow(), FunctionDescriptor.of(JAVA_INT, parameters));
    }

    private static Optional<MemorySegment> find(String name) {
      return Linker.nativeLinker().defaultLookup().find(name);
    }
  }
}
