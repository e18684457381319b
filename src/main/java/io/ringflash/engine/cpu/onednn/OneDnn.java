package io.ringflash.engine.cpu.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringflash.engine.EngineUnavailableException;
import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * oneDNN's shared library, found as the loader finds it, with one CPU engine. Calls of any number
 * of threads compute on the calling thread alone.
 *
 * <p>Source of constants and layouts: {@code dnnl_types.h} and {@code dnnl_common_types.h} of
 * oneDNN 3.
 */
public final class OneDnn {
  /** Version 3, whose interface differs from that of earlier ones. */
  private static final String LIBRARY = "libdnnl.so.3";

  private static final String ADVICE =
      "install it (Debian 13: apt-get install libdnnl3) or put its folder in LD_LIBRARY_PATH";

  private static final int CPU = 1;

  /** {@code dnnl_version_t}: major, minor, patch, a pointer, then the runtime of CPU threads. */
  private static final int RUNTIME_OFFSET = 24;

  private static final int VERSION_BYTES = 32;
  private static final int RUNTIME_SEQUENTIAL = 1;
  private static final int RUNTIME_OPENMP = 2;

  private static final int SUCCESS = 0;
  private static final int OUT_OF_MEMORY = 1;
  private static final int UNIMPLEMENTED = 3;

  /** About as many as products have: what suits them suits those with fewer, too. */
  private static final int LAYOUT_ROWS = 192;

  private static @Nullable OneDnn loaded;

  final MethodHandle memoryDescCreate;
  final MethodHandle memoryDescCreateWithTag;
  final MethodHandle memoryDescClone;
  final MethodHandle memoryDescDestroy;
  final MethodHandle attrCreate;
  final MethodHandle attrDestroy;
  final MethodHandle attrSetScratchpad;
  final MethodHandle attrSetPostOps;
  final MethodHandle postOpsCreate;
  final MethodHandle postOpsDestroy;
  final MethodHandle postOpsAppendEltwise;
  final MethodHandle postOpsAppendSum;
  final MethodHandle matmulDescCreate;
  final MethodHandle reorderDescCreate;
  final MethodHandle primitiveDescDestroy;
  final MethodHandle primitiveCreate;
  final MethodHandle primitiveDestroy;
  final MethodHandle primitiveExecute;
  final MethodHandle memoryCreate;
  final MethodHandle memorySetData;
  final MethodHandle memoryDestroy;
  final MethodHandle streamCreate;
  final MethodHandle streamDestroy;
  private final MethodHandle queryDesc;
  private final MethodHandle descSize;

  private final String name;
  private final SymbolLookup symbols;

  /** Such as 3.8.1. */
  private final String version;

  /** OpenMP's, where the library computes with its threads. */
  private final @Nullable MethodHandle setThreads;

  private final @Nullable MethodHandle getThreads;

  private final MemorySegment engine;
  private final boolean brainFloats;
  private final Map<MatmulForm, PackedLayout> layouts = new ConcurrentHashMap<>();

  private OneDnn(String name, SymbolLookup symbols) {
    this.name = name;
    this.symbols = symbols;
    this.version = findVersion();
    this.memoryDescCreate =
        status(
            "dnnl_memory_desc_create_with_strides", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
    this.memoryDescCreateWithTag =
        status("dnnl_memory_desc_create_with_tag", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    this.memoryDescClone = status("dnnl_memory_desc_clone", ADDRESS, ADDRESS);
    this.memoryDescDestroy = status("dnnl_memory_desc_destroy", ADDRESS);
    this.attrCreate = status("dnnl_primitive_attr_create", ADDRESS);
    this.attrDestroy = status("dnnl_primitive_attr_destroy", ADDRESS);
    this.attrSetScratchpad = status("dnnl_primitive_attr_set_scratchpad_mode", ADDRESS, JAVA_INT);
    this.attrSetPostOps = status("dnnl_primitive_attr_set_post_ops", ADDRESS, ADDRESS);
    this.postOpsCreate = status("dnnl_post_ops_create", ADDRESS);
    this.postOpsDestroy = status("dnnl_post_ops_destroy", ADDRESS);
    this.postOpsAppendEltwise =
        status("dnnl_post_ops_append_eltwise", ADDRESS, JAVA_INT, JAVA_FLOAT, JAVA_FLOAT);
    this.postOpsAppendSum =
        status("dnnl_post_ops_append_sum", ADDRESS, JAVA_FLOAT, JAVA_INT, JAVA_INT);
    this.reorderDescCreate =
        status(
            "dnnl_reorder_primitive_desc_create",
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS);
    this.matmulDescCreate =
        status(
            "dnnl_matmul_primitive_desc_create",
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS);
    this.primitiveDescDestroy = status("dnnl_primitive_desc_destroy", ADDRESS);
    this.primitiveCreate = status("dnnl_primitive_create", ADDRESS, ADDRESS);
    this.primitiveDestroy = status("dnnl_primitive_destroy", ADDRESS);
    this.primitiveExecute = status("dnnl_primitive_execute", ADDRESS, ADDRESS, JAVA_INT, ADDRESS);
    this.memoryCreate = status("dnnl_memory_create", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    this.memorySetData = status("dnnl_memory_set_data_handle", ADDRESS, ADDRESS);
    this.memoryDestroy = status("dnnl_memory_destroy", ADDRESS);
    this.streamCreate = status("dnnl_stream_create", ADDRESS, ADDRESS, JAVA_INT);
    this.streamDestroy = status("dnnl_stream_destroy", ADDRESS);
    this.queryDesc =
        function(
            "dnnl_primitive_desc_query_md",
            FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT, JAVA_INT));
    this.descSize =
        function("dnnl_memory_desc_get_size", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
    boolean openMp = requireRuntime() == RUNTIME_OPENMP;
    this.setThreads =
        openMp ? function("omp_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT)) : null;
    this.getThreads =
        openMp ? function("omp_get_max_threads", FunctionDescriptor.of(JAVA_INT)) : null;
    MethodHandle create = status("dnnl_engine_create", ADDRESS, JAVA_INT, JAVA_LONG);
    this.engine = make(create, CPU, 0L);
    this.brainFloats = multiplies(DType.BF16);
  }

  /**
   * Loads the library, which stays until the program ends.
   *
   * @throws EngineUnavailableException if there is none, or one that does not fit
   */
  public static synchronized OneDnn load() {
    if (loaded == null) {
      loaded = load(LIBRARY);
    }
    return loaded;
  }

  /** As {@link #load()}, of a library of that name. */
  static OneDnn load(String name) {
    SymbolLookup symbols;
    try {
      symbols = SymbolLookup.libraryLookup(name, Arena.global());
    } catch (IllegalArgumentException e) {
      throw new EngineUnavailableException(
          "attn-type 'onednn' needs oneDNN 3 but the loader finds no %s, or not what that needs; %s"
              .formatted(name, ADVICE));
    }
    return new OneDnn(name, symbols);
  }

  /** Whether it multiplies BF16 on this CPU. */
  public boolean multipliesBrainFloats() {
    return brainFloats;
  }

  /**
   * How B of such a product should be packed; the same for all products that differ in rows, scale
   * or accumulation only.
   */
  public PackedLayout layout(MatmulForm form) {
    MatmulForm alike =
        new MatmulForm(
            form.dtype(), LAYOUT_ROWS, form.depth(), form.columns(), form.transposed(), 1, false);
    return layouts.computeIfAbsent(alike, key -> new PackedLayout(this, key));
  }

  /**
   * Keeps products of the calling thread from waking others, and whatever else it computes with
   * OpenMP.
   *
   * @return how many threads it would have used, for {@link #useThreads}
   */
  public int useOneThread() {
    if (getThreads == null) {
      return 1;
    }
    int before;
    try {
      before = (int) getThreads.invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    useThreads(1);
    return before;
  }

  /** Lets the calling thread use so many again. */
  public void useThreads(int threads) {
    if (setThreads != null) {
      try {
        setThreads.invokeExact(threads);
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }

  MemorySegment engine() {
    return engine;
  }

  /** Calls a function that returns a status, and requires success. */
  void call(MethodHandle function, Object... arguments) {
    require(statusOf(function, arguments));
  }

  /** What a function creates that puts its address where its first parameter points to. */
  MemorySegment make(MethodHandle function, Object... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocate(ADDRESS);
      Object[] all = new Object[arguments.length + 1];
      all[0] = pointer;
      System.arraycopy(arguments, 0, all, 1, arguments.length);
      require(statusOf(function, all));
      return pointer.get(ADDRESS, 0);
    }
  }

  /** How a matrix lies that belongs to a computation. */
  MemorySegment query(MemorySegment computation, int what) {
    try {
      return (MemorySegment) queryDesc.invokeExact(computation, what, 0);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Bytes of a matrix. */
  long byteSize(MemorySegment desc) {
    try {
      return (long) descSize.invokeExact(desc);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether there is a product of such elements on this CPU. */
  private boolean multiplies(DType dtype) {
    MatmulForm form = new MatmulForm(dtype, 16, 16, 16, false, 1, false);
    try {
      MatmulDesc.withAnyLayout(this, form).close();
      return true;
    } catch (UnsupportedOperationException e) {
      return false;
    }
  }

  private static int statusOf(MethodHandle function, Object... arguments) {
    try {
      return (int) function.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  void require(int status) {
    if (status == OUT_OF_MEMORY) {
      throw new OutOfMemoryError("no memory to be had for oneDNN");
    }
    if (status == UNIMPLEMENTED) {
      throw new UnsupportedOperationException(
          "oneDNN %s has no such computation on this CPU".formatted(version));
    }
    if (status != SUCCESS) {
      throw new IllegalStateException("oneDNN %s failed with status %d".formatted(version, status));
    }
  }

  /** Whoever computes on several threads beside ours would compete with them. */
  private int requireRuntime() {
    int runtime = versionRecord().get(JAVA_INT, RUNTIME_OFFSET);
    if (runtime != RUNTIME_SEQUENTIAL && runtime != RUNTIME_OPENMP) {
      throw new EngineUnavailableException(
          "attn-type 'onednn' needs oneDNN built for OpenMP or a single thread but got CPU runtime %d"
              .formatted(runtime));
    }
    return runtime;
  }

  private String findVersion() {
    MemorySegment found = versionRecord();
    return "%d.%d.%d"
        .formatted(
            found.getAtIndex(JAVA_INT, 0),
            found.getAtIndex(JAVA_INT, 1),
            found.getAtIndex(JAVA_INT, 2));
  }

  private MemorySegment versionRecord() {
    MethodHandle get = function("dnnl_version", FunctionDescriptor.of(ADDRESS));
    try {
      return ((MemorySegment) get.invokeExact()).reinterpret(VERSION_BYTES);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private MethodHandle status(String symbol, MemoryLayout... parameters) {
    return function(symbol, FunctionDescriptor.of(JAVA_INT, parameters));
  }

  private MethodHandle function(String symbol, FunctionDescriptor type) {
    MemorySegment address =
        symbols
            .find(symbol)
            .orElseThrow(() ->
                new EngineUnavailableException(
                    "%s should have oneDNN's function %s but has not".formatted(name, symbol)));
    return Linker.nativeLinker().downcallHandle(address, type);
  }
}
