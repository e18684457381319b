package io.ringflash.engine.tornado;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * The way between the caller's tensors and a device. Several lanes, each with a thread and two
 * chunks of host memory (page-locked where a driver does that), take the next piece of the tensor
 * whenever they are done with one: while a lane copies to or from one chunk, the other one travels.
 * So what transfers need on the host does not grow with the tensors, and is touched for the first
 * time once in a device's life.
 *
 * <p>For one thread.
 */
final class HostLink implements AutoCloseable {
  /**
   * Java's copies of up to 2.5 MiB leave in the caches what they write, and the device takes it
   * from there. With smaller pieces the pauses between them count.
   */
  private static final long UPLOAD_BYTES = 2432 << 10;

  /** Larger copies write past the caches, which is faster for what nobody reads at once. */
  private static final long DOWNLOAD_BYTES = 4 << 20;

  private static final long CHUNK_BYTES = Math.max(UPLOAD_BYTES, DOWNLOAD_BYTES);

  /** Shorter pieces are not worth another lane. */
  private static final long LEAST_PIECE_BYTES = 1 << 20;

  /**
   * One core's copies are slower than a device's link. Half of the cores are left to the others.
   */
  private static final int LANES =
      Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 12);

  /**
   * OpenCL's copies hold what launches need, too: beside folds of 9 ms on each of two H100s, eight
   * lanes were slower than two, and held the folds up by 1 ms each; twelve with page-locked memory
   * made rings half as fast in some calls.
   */
  private static final int OPENCL_LANES_BESIDE_KERNELS = 2;

  private final List<TransferLane> lanes = new ArrayList<>();
  private final int lanesBesideKernels;

  /**
   * @param name of the device, for its threads
   * @param streams gives names of queues that nobody else uses
   */
  HostLink(String name, TornadoXPUDevice device, LongSupplier streams) {
    boolean openCl = device.getTornadoVMBackend() == TornadoVMBackendType.OPENCL;
    lanesBesideKernels = openCl ? Math.min(LANES, OPENCL_LANES_BESIDE_KERNELS) : LANES;
    Supplier<TransferChunk> chunks = chunks(device, streams);
    try {
      for (int i = 0; i < LANES; i++) {
        lanes.add(new TransferLane(name + "-copy-" + i, chunks));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static Supplier<TransferChunk> chunks(TornadoXPUDevice device, LongSupplier streams) {
    TornadoVMBackendType backend = device.getTornadoVMBackend();
    if (backend == TornadoVMBackendType.PTX) {
      CudaDriver driver = new CudaDriver();
      return () -> new CudaChunk(driver, device, CHUNK_BYTES);
    }
    if (backend == TornadoVMBackendType.OPENCL && ComputeCapability.major(device) > 0) {
      OpenClLibrary library = new OpenClLibrary();
      return () -> new OpenClChunk(library, device, CHUNK_BYTES);
    }
    return () -> new TornadoChunk(device, CHUNK_BYTES, streams.getAsLong());
  }

  /**
   * Brings {@code source} to the device, and waits.
   *
   * @param at byte of {@code target} where it goes
   */
  void upload(PackedTensor source, DeviceBuffer target, long at) {
    upload(source, target, at, LANES);
  }

  /** As {@link #upload}, while the device computes. */
  void uploadBesideKernels(PackedTensor source, DeviceBuffer target, long at) {
    upload(source, target, at, lanesBesideKernels);
  }

  private void upload(PackedTensor source, DeviceBuffer target, long at, int most) {
    share(
        source,
        most,
        UPLOAD_BYTES,
        (lane, first, rows) -> lane.upload(source, first, rows, target, at));
  }

  /**
   * Brings what is on the device to {@code target}, and waits.
   *
   * @param at byte of {@code source} where it begins
   */
  void download(DeviceBuffer source, long at, PackedTensor target) {
    share(
        target,
        LANES,
        DOWNLOAD_BYTES,
        (lane, first, rows) -> lane.download(source, at, target, first, rows));
  }

  @Override
  public void close() {
    lanes.forEach(TransferLane::close);
    lanes.clear();
  }

  /** A lane's work on some rows. */
  private interface Passage {
    void run(TransferLane lane, long firstRow, long rows);
  }

  /** Lets some lanes take pieces until there are none, or one fails. */
  private void share(PackedTensor tensor, int most, long pieceBytes, Passage passage) {
    long rows = tensor.rows();
    long pieceRows = pieceRows(tensor, most, pieceBytes);
    AtomicLong next = new AtomicLong();
    int busy = (int) Math.min(most, Math.ceilDiv(rows, pieceRows));
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (TransferLane lane : lanes.subList(0, busy)) {
      ends.add(
          lane.start(() -> {
            long first = next.getAndAdd(pieceRows);
            try {
              while (first < rows) {
                passage.run(lane, first, Math.min(pieceRows, rows - first));
                first = next.getAndAdd(pieceRows);
              }
            } finally {
              lane.await();
            }
          }));
    }
    ends.forEach(end ->
        end.whenComplete((done, failure) -> {
          if (failure != null) {
            next.set(rows);
          }
        }));
    awaitAll(ends);
  }

  /** Rows of a piece, so that no lane is left over while the others have their last ones. */
  private static long pieceRows(PackedTensor tensor, int lanes, long bytes) {
    long most = bytes / tensor.rowBytes();
    long least = Math.clamp(LEAST_PIECE_BYTES / tensor.rowBytes(), 1, most);
    long rounds = Math.max(1, Math.ceilDiv(tensor.rows(), most * lanes));
    return Math.max(least, Math.ceilDiv(tensor.rows(), rounds * lanes));
  }

  /** Nothing goes on with the caller's memory after this. */
  private static void awaitAll(List<CompletableFuture<Void>> ends) {
    try {
      CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }
}
