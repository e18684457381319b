package io.ringflash.ring.mpi;

import java.lang.foreign.MemorySegment;

/**
 * One message, short enough for one call of MPI.
 *
 * @param outgoing whether it is sent, not received
 * @param peer the other process
 * @param bytes native memory
 */
record Message(boolean outgoing, int peer, int tag, MemorySegment bytes) {
  /** Starts the transfer, whose handle goes to {@code request}. */
  void start(Mpi mpi, MemorySegment request) {
    if (outgoing) {
      mpi.isend(this, request);
    } else {
      mpi.irecv(this, request);
    }
  }

  /** The operation, as errors name it. */
  String operation() {
    return (outgoing ? "sending %d bytes to process %d" : "receiving %d bytes from process %d")
        .formatted(bytes.byteSize(), peer);
  }
}
