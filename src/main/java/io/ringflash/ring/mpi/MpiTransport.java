package io.ringflash.ring.mpi;

import io.ringflash.ring.process.Transport;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Messages through Open MPI. One thread starts all transfers and keeps them moving, because MPI
 * moves data only inside of its functions.
 */
public final class MpiTransport implements Transport {
  /** MPI counts with 32-bit numbers: longer messages are sent in pieces. */
  private static final long LONGEST_PIECE = 1L << 30;

  private final Mpi mpi;
  private final int size;
  private final String host;
  private final long longestPiece;
  private final ProgressThread progress;

  private MpiTransport(Mpi mpi, long longestPiece) {
    this.mpi = mpi;
    this.size = mpi.size();
    this.host = mpi.processorName();
    this.longestPiece = longestPiece;
    this.progress = ProgressThread.start(mpi);
  }

  /**
   * Joins the job that {@code mpirun} started.
   *
   * @throws MpiUnavailableException if there is no Open MPI that can be used
   */
  public static MpiTransport open() {
    return open(LONGEST_PIECE);
  }

  /** As {@link #open()}, sending pieces of at most {@code longestPiece} bytes. */
  static MpiTransport open(long longestPiece) {
    Mpi mpi = new Mpi(MpiLibrary.open());
    mpi.init();
    return new MpiTransport(mpi, longestPiece);
  }

  @Override
  public int index() {
    return mpi.process();
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public String host() {
    return host;
  }

  @Override
  public CompletableFuture<Void> send(int to, int tag, MemorySegment bytes) {
    return inPieces(true, to, tag, bytes);
  }

  @Override
  public CompletableFuture<Void> receive(int from, int tag, MemorySegment bytes) {
    return inPieces(false, from, tag, bytes);
  }

  @Override
  public void abort(int exitCode) {
    mpi.abort(exitCode);
  }

  @Override
  public void close() {
    progress.close();
    mpi.finish();
  }

  private CompletableFuture<Void> inPieces(
      boolean outgoing, int peer, int tag, MemorySegment bytes) {
    List<CompletableFuture<Void>> pieces = new ArrayList<>();
    long at = 0;
    do {
      long length = Math.min(longestPiece, bytes.byteSize() - at);
      Message piece = new Message(outgoing, peer, tag, bytes.asSlice(at, length));
      pieces.add(progress.submit(piece));
      at += length;
    } while (at < bytes.byteSize());
    return CompletableFuture.allOf(pieces.toArray(CompletableFuture[]::new));
  }
}
