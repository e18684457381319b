package io.ringflash.ring.mpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The MPI functions that are needed, on the communicator of all processes. Every error code becomes
 * an {@link MpiException}.
 */
final class Mpi {
  /** MPI_SUCCESS. */
  static final int SUCCESS = 0;

  /** MPI_ERR_IN_STATUS: each status has its own code. */
  static final int ERROR_IN_STATUS = 18;

  /** Size of MPI_Status, and where its error code is. */
  static final long STATUS_BYTES = 24;

  static final long STATUS_ERROR = 8;

  private static final int THREAD_MULTIPLE = 3;

  /** MPI_MAX_ERROR_STRING and MPI_MAX_PROCESSOR_NAME. */
  private static final int LONGEST_NAME = 256;

  private final MethodHandle initThread;
  private final MethodHandle commRank;
  private final MethodHandle commSize;
  private final MethodHandle setErrorHandler;
  private final MethodHandle processorName;
  private final MethodHandle errorString;
  private final MethodHandle isend;
  private final MethodHandle irecv;
  private final MethodHandle testsome;
  private final MethodHandle abort;
  private final MethodHandle finish;
  private final MemorySegment world;
  private final MemorySegment bytes;
  private final MemorySegment errorsReturn;
  private int process = -1;

  Mpi(MpiLibrary library) {
    initThread = library.function("MPI_Init_thread", ADDRESS, ADDRESS, JAVA_INT, ADDRESS);
    commRank = library.function("MPI_Comm_rank", ADDRESS, ADDRESS);
    commSize = library.function("MPI_Comm_size", ADDRESS, ADDRESS);
    setErrorHandler = library.function("MPI_Comm_set_errhandler", ADDRESS, ADDRESS);
    processorName = library.function("MPI_Get_processor_name", ADDRESS, ADDRESS);
    errorString = library.function("MPI_Error_string", JAVA_INT, ADDRESS, ADDRESS);
    isend =
        library.function(
            "MPI_Isend", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    irecv =
        library.function(
            "MPI_Irecv", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    testsome = library.function("MPI_Testsome", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    abort = library.function("MPI_Abort", ADDRESS, JAVA_INT);
    finish = library.function("MPI_Finalize");
    world = library.handle("ompi_mpi_comm_world");
    bytes = library.handle("ompi_mpi_byte");
    errorsReturn = library.handle("ompi_mpi_errors_return");
  }

  /**
   * Joins the job.
   *
   * @throws MpiUnavailableException if several threads may not use MPI at once
   */
  void init() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment provided = arena.allocate(JAVA_INT);
      check(
          "MPI_Init_thread",
          (int)
              initThread.invokeExact(
                  MemorySegment.NULL, MemorySegment.NULL, THREAD_MULTIPLE, provided));
      // Errors are returned from here on, not the end of the process.
      check("MPI_Comm_set_errhandler", (int) setErrorHandler.invokeExact(world, errorsReturn));
      process = read("MPI_Comm_rank", commRank);
      if (provided.get(JAVA_INT, 0) != THREAD_MULTIPLE) {
        throw new MpiUnavailableException(
            "MPI should support MPI_THREAD_MULTIPLE but offers level %d: use an Open MPI built with it"
                .formatted(provided.get(JAVA_INT, 0)));
      }
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** This process. */
  int process() {
    return process;
  }

  /** Number of processes. */
  int size() {
    return read("MPI_Comm_size", commSize);
  }

  String processorName() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(LONGEST_NAME);
      MemorySegment length = arena.allocate(JAVA_INT);
      check("MPI_Get_processor_name", (int) processorName.invokeExact(name, length));
      return name.getString(0);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** Starts sending; {@code request} receives the handle. */
  void isend(Message message, MemorySegment request) {
    try {
      MemorySegment data = message.bytes();
      int count = Math.toIntExact(data.byteSize());
      int code =
          (int)
              isend.invokeExact(data, count, bytes, message.peer(), message.tag(), world, request);
      check(message, code);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** Starts receiving; {@code request} receives the handle. */
  void irecv(Message message, MemorySegment request) {
    try {
      MemorySegment data = message.bytes();
      int count = Math.toIntExact(data.byteSize());
      int code =
          (int)
              irecv.invokeExact(data, count, bytes, message.peer(), message.tag(), world, request);
      check(message, code);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** MPI_Testsome; its code, which says whether statuses hold errors. */
  int testsome(
      int count,
      MemorySegment requests,
      MemorySegment outCount,
      MemorySegment indices,
      MemorySegment statuses) {
    try {
      return (int) testsome.invokeExact(count, requests, outCount, indices, statuses);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  void abort(int exitCode) {
    try {
      check("MPI_Abort", (int) abort.invokeExact(world, exitCode));
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** Leaves the job. */
  void finish() {
    try {
      check("MPI_Finalize", (int) finish.invokeExact());
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** Throws what {@code code} stands for, unless it is success. */
  private void check(String operation, int code) {
    if (code != SUCCESS) {
      throw error(operation, code);
    }
  }

  private void check(Message message, int code) {
    if (code != SUCCESS) {
      throw error(message.operation(), code);
    }
  }

  MpiException error(String operation, int code) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(LONGEST_NAME);
      MemorySegment length = arena.allocate(JAVA_INT);
      int described = (int) errorString.invokeExact(code, text, length);
      return new MpiException(
          process, operation, code, described == SUCCESS ? text.getString(0) : "unknown error");
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  private int read(String operation, MethodHandle function) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT);
      check(operation, (int) function.invokeExact(world, value));
      return value.get(JAVA_INT, 0);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  private static RuntimeException unchecked(Throwable e) {
    return switch (e) {
      case RuntimeException runtime -> runtime;
      case Error error -> throw error;
      default -> new IllegalStateException(e);
    };
  }
}
