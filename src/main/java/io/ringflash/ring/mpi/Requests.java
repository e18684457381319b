package io.ringflash.ring.mpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The transfers under way, side by side as MPI wants their handles. For one thread. */
final class Requests {
  private static final int FIRST_CAPACITY = 64;

  /** Longer messages than signs of life and the like. */
  private static final int LONG_BYTES = 4096;

  /**
   * One transfer.
   *
   * @param message whose memory is kept from the garbage collector while MPI uses it
   */
  private record Transfer(Message message, CompletableFuture<Void> done) {}

  private final Mpi mpi;
  private final List<Transfer> transfers = new ArrayList<>();
  private final MemorySegment outCount = Arena.ofAuto().allocate(JAVA_INT);
  private MemorySegment handles = Arena.ofAuto().allocate(ADDRESS, FIRST_CAPACITY);
  private MemorySegment indices = Arena.ofAuto().allocate(JAVA_INT, FIRST_CAPACITY);
  private MemorySegment statuses =
      Arena.ofAuto().allocate(Mpi.STATUS_BYTES * FIRST_CAPACITY, Long.BYTES);

  Requests(Mpi mpi) {
    this.mpi = mpi;
  }

  boolean isEmpty() {
    return transfers.isEmpty();
  }

  /** Whether a message is under way that needs more than one question to move. */
  boolean hasLong() {
    return transfers.stream().anyMatch(t -> t.message().bytes().byteSize() > LONG_BYTES);
  }

  /** Starts a transfer; {@code done} is completed with it. */
  void start(Message message, CompletableFuture<Void> done) {
    if ((transfers.size() + 1) * ADDRESS.byteSize() > handles.byteSize()) {
      grow();
    }
    message.start(mpi, handles.asSlice(transfers.size() * ADDRESS.byteSize(), ADDRESS));
    transfers.add(new Transfer(message, done));
  }

  /** Completes the futures of the transfers that are done; whether there were any. */
  boolean completeSome() {
    if (transfers.isEmpty()) {
      return false;
    }
    int code = mpi.testsome(transfers.size(), handles, outCount, indices, statuses);
    if (code != Mpi.SUCCESS && code != Mpi.ERROR_IN_STATUS) {
      throw mpi.error("testing transfers", code);
    }
    int count = outCount.get(JAVA_INT, 0);
    if (count <= 0) {
      return false;
    }
    int[] done = new int[count];
    @Nullable RuntimeException[] errors = new @Nullable RuntimeException[count];
    for (int i = 0; i < count; i++) {
      done[i] = indices.getAtIndex(JAVA_INT, i);
      int error = statuses.get(JAVA_INT, i * Mpi.STATUS_BYTES + Mpi.STATUS_ERROR);
      if (code == Mpi.ERROR_IN_STATUS && error != Mpi.SUCCESS) {
        errors[i] = mpi.error(transfers.get(done[i]).message().operation(), error);
      }
    }
    List<Transfer> ended = Arrays.stream(done).mapToObj(transfers::get).toList();
    remove(done);
    for (int i = 0; i < count; i++) {
      complete(ended.get(i).done(), errors[i]);
    }
    return true;
  }

  /** Gives all transfers up: MPI does not know any more what became of them. */
  void failAll(RuntimeException error) {
    List<Transfer> lost = List.copyOf(transfers);
    transfers.clear();
    lost.forEach(transfer -> transfer.done().completeExceptionally(error));
  }

  private static void complete(CompletableFuture<Void> done, @Nullable RuntimeException error) {
    if (error == null) {
      done.complete(null);
    } else {
      done.completeExceptionally(error);
    }
  }

  /** Closes the gaps, the last one first, with what stands at the end. */
  private void remove(int[] done) {
    Arrays.sort(done);
    for (int i = done.length - 1; i >= 0; i--) {
      Transfer last = transfers.removeLast();
      if (done[i] < transfers.size()) {
        transfers.set(done[i], last);
        handles.setAtIndex(ADDRESS, done[i], handles.getAtIndex(ADDRESS, transfers.size()));
      }
    }
  }

  private void grow() {
    long capacity = 2 * handles.byteSize() / ADDRESS.byteSize();
    MemorySegment larger = Arena.ofAuto().allocate(ADDRESS, capacity);
    larger.copyFrom(handles);
    handles = larger;
    indices = Arena.ofAuto().allocate(JAVA_INT, capacity);
    statuses = Arena.ofAuto().allocate(Mpi.STATUS_BYTES * capacity, Long.BYTES);
  }
}
