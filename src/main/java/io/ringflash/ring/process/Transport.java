package io.ringflash.ring.process;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;

/**
 * Messages between the processes of one job, which count from 0.
 *
 * <p>Messages from one process to another with the same tag arrive in the order in which they were
 * sent. Transfers go on by themselves while the caller does something else; their futures are
 * completed on a thread that must not be held up.
 */
public interface Transport extends AutoCloseable {
  /** This process. */
  int index();

  /** Number of processes. */
  int size();

  /** Name of this process's machine. */
  String host();

  /**
   * Starts sending.
   *
   * @param bytes native memory of any size, untouched until the future is done
   */
  CompletableFuture<Void> send(int to, int tag, MemorySegment bytes);

  /**
   * Starts receiving a message.
   *
   * @param bytes native memory of the message's size, untouched until the future is done
   */
  CompletableFuture<Void> receive(int from, int tag, MemorySegment bytes);

  /** Ends all processes of the job, this one included, as failed. */
  void abort(int exitCode);

  /** Leaves the job in order; all processes do, and no transfer is under way. */
  @Override
  void close();
}
