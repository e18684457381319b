package io.ringflash.ring.mpi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Open MPI's shared library, found as the loader finds it. Open MPI 4 and 5 share one ABI, {@value
 * #OPEN_MPI}: handles are pointers, and predefined ones are addresses of symbols. MPICH and its kin
 * have another one, with numbers for handles.
 */
final class MpiLibrary {
  static final String OPEN_MPI = "libmpi.so.40";

  /** Names that other MPIs go by. */
  private static final List<String> OTHERS =
      List.of("libmpi.so.12", "libmpich.so.12", "libmpi.so.20", "libmpi.so");

  private static final String ADVICE =
      "install Open MPI 4.1 or 5 (Debian: apt-get install openmpi-bin) and start with its mpirun";

  private static final Pattern VERSION = Pattern.compile("Open MPI v(\\d+)\\.(\\d+).*");

  /** MPI_MAX_LIBRARY_VERSION_STRING of any MPI, and room to spare. */
  private static final int LONGEST_VERSION = 1 << 14;

  private final Linker linker = Linker.nativeLinker();
  private final SymbolLookup symbols;

  private MpiLibrary(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  /**
   * Loads the library.
   *
   * @throws MpiUnavailableException if there is none, or it is not Open MPI 4.1 or newer
   */
  static MpiLibrary open() {
    prepareEnvironment();
    return open(OPEN_MPI, OTHERS);
  }

  /**
   * As {@link #open()}.
   *
   * @param name of Open MPI's library
   * @param others names of libraries that are looked for only to say what is there
   */
  static MpiLibrary open(String name, List<String> others) {
    MpiLibrary library = load(name);
    if (library == null) {
      throw new MpiUnavailableException(
          "several processes need Open MPI, %s: found none%s; %s"
              .formatted(name, describeOthers(others), ADVICE));
    }
    library.requireVersion(name);
    return library;
  }

  /** Address of a predefined handle. */
  MemorySegment handle(String name) {
    return symbols.find(name).orElseThrow(() -> missing(name));
  }

  /** A function that returns an error code. */
  MethodHandle function(String name, ValueLayout... parameters) {
    MemorySegment address = symbols.find(name).orElseThrow(() -> missing(name));
    return linker.downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
  }

  /** What the library says it is. */
  String version() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(LONGEST_VERSION);
      MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
      MethodHandle get =
          function("MPI_Get_library_version", ValueLayout.ADDRESS, ValueLayout.ADDRESS);
      int ignored = (int) get.invokeExact(text, length);
      return text.getString(0).lines().findFirst().orElse("").strip().replaceAll("\\s+", " ");
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Settings that the library reads as it is loaded and initialised. A user's own stay.
   *
   * <p>UCX, by which Open MPI may move data, catches the signals of a crash, and ends the process.
   * The JVM has other uses for them in its ordinary course. Open MPI 5 would end a process whose
   * connection to another one breaks, unless it is to return an error instead; 4.1 ignores that.
   */
  private static void prepareEnvironment() {
    setIfAbsent("UCX_ERROR_SIGNALS", "");
    setIfAbsent("OMPI_MCA_mpi_ft_enable", "1");
  }

  private static void setIfAbsent(String name, String value) {
    Linker linker = Linker.nativeLinker();
    MethodHandle setenv =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setenv"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      int ignored =
          (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 0);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private void requireVersion(String name) {
    String version = version();
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.matches()) {
      throw new MpiUnavailableException(
          "%s should be Open MPI's but is %s; %s".formatted(name, version, ADVICE));
    }
    int major = Integer.parseInt(matcher.group(1));
    int minor = Integer.parseInt(matcher.group(2));
    if (major < 4 || (major == 4 && minor < 1)) {
      throw new MpiUnavailableException(
          "Open MPI should be 4.1 or newer but is %d.%d; %s".formatted(major, minor, ADVICE));
    }
  }

  private static MpiUnavailableException missing(String symbol) {
    return new MpiUnavailableException(
        "%s should have Open MPI's symbol %s but has not: it is another MPI, or none; %s"
            .formatted(OPEN_MPI, symbol, ADVICE));
  }

  private static String describeOthers(List<String> names) {
    for (String name : names) {
      MpiLibrary other = load(name);
      if (other != null && other.symbols.find("MPI_Get_library_version").isPresent()) {
        return " (%s is another MPI, whose ABI differs: %s)".formatted(name, other.version());
      }
    }
    return "";
  }

  private static @Nullable MpiLibrary load(String name) {
    try {
      return new MpiLibrary(SymbolLookup.libraryLookup(name, Arena.global()));
    } catch (IllegalArgumentException e) {
      return null; // The loader finds no such library.
    }
  }
}
