package io.ringflash.engine.tornado;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.DeviceId;
import io.ringflash.engine.EngineRegistry;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Speeds of the links of a machine: from host memory to a device and back, and from device to
 * device. Every transfer's bytes are compared before it is timed.
 *
 * <p>Arguments: devices such as {@code ptx:0,ptx:1}, megabytes, repetitions.
 */
final class LinkBenchmark {
  private static final long MEGABYTE = 1 << 20;

  private final List<TornadoAttentionDevice> devices;
  private final long bytes;
  private final int repetitions;

  private LinkBenchmark(List<TornadoAttentionDevice> devices, long bytes, int repetitions) {
    this.devices = devices;
    this.bytes = bytes;
    this.repetitions = repetitions;
  }

  public static void main(String[] args) {
    List<AttentionDevice> opened = EngineRegistry.withServices().open(DeviceId.parseList(args[0]));
    List<TornadoAttentionDevice> devices =
        opened.stream().map(TornadoAttentionDevice.class::cast).toList();
    devices.forEach(device -> System.out.println(device.info()));
    new LinkBenchmark(devices, Long.parseLong(args[1]) * MEGABYTE, Integer.parseInt(args[2])).run();
    System.exit(0);
  }

  private void run() {
    try (Arena arena = Arena.ofShared()) {
      List<End> ends = devices.stream().map(device -> new End(arena, device, bytes)).toList();
      ends.forEach(End::check);
      time("host to " + ends.getFirst(), 1, ends.getFirst()::upload);
      time(ends.getFirst() + " to host", 1, ends.getFirst()::download);
      if (ends.size() > 1) {
        time("host to all at once", ends.size(), () -> atOnce(ends.stream().map(e -> e::upload)));
        time("all to host at once", ends.size(), () -> atOnce(ends.stream().map(e -> e::download)));
        timePeers(ends.get(0), ends.get(1));
      }
      ends.forEach(End::close);
    }
  }

  private void timePeers(End first, End second) {
    Optional<String> obstacle = first.device.copyObstacle(second.device);
    if (obstacle.isPresent()) {
      System.out.println(obstacle.get());
      return;
    }
    first.checkCopy(second);
    second.checkCopy(first);
    // A driver may keep what it has copied: each time there is something new to copy.
    Runnable renewed = () -> atOnce(Stream.of(first::upload, second::upload));
    time(second + " to " + first, 1, renewed, () -> first.copy(second));
    time(first + " to " + second, 1, renewed, () -> second.copy(first));
    time(
        "both ways at once",
        2,
        renewed,
        () -> atOnce(Stream.of(() -> first.copy(second), () -> second.copy(first))));
  }

  private void time(String what, int transfers, Runnable work) {
    time(what, transfers, () -> {}, work);
  }

  /**
   * @param preparation of each repetition, not timed
   */
  private void time(String what, int transfers, Runnable preparation, Runnable work) {
    preparation.run();
    work.run();
    double[] seconds = new double[repetitions];
    for (int i = 0; i < repetitions; i++) {
      preparation.run();
      long start = System.nanoTime();
      work.run();
      seconds[i] = (System.nanoTime() - start) * 1e-9;
    }
    Arrays.sort(seconds);
    double median = seconds[repetitions / 2];
    System.out.printf(
        "%-24s %6d MiB  %8.3f ms  %7.1f GB/s%s%n",
        what, bytes / MEGABYTE, median * 1e3, bytes / median * 1e-9, transfers == 1 ? "" : " each");
  }

  private static void atOnce(Stream<Runnable> work) {
    CompletableFuture.allOf(work.map(CompletableFuture::runAsync).toArray(CompletableFuture[]::new))
        .join();
  }

  /** One device's memory, and as much of the host's. */
  private static final class End {
    private final TornadoAttentionDevice device;
    private final Tensor sent;
    private final Tensor received;
    private final DeviceBuffer memory;

    /** Copies land here, so that what they come from stays. */
    private final DeviceBuffer landing;

    End(Arena arena, TornadoAttentionDevice device, long bytes) {
      this.device = device;
      long rows = bytes / 256;
      this.sent = Tensor.allocate(arena, DType.FP16, 1, rows, 1, 128);
      this.received = Tensor.allocate(arena, DType.FP16, 1, rows, 1, 128);
      Random random = new Random(device.info().id().hashCode());
      byte[] noise = new byte[1 << 16];
      for (long at = 0; at < bytes; at += noise.length) {
        random.nextBytes(noise);
        MemorySegment.copy(
            MemorySegment.ofArray(noise), 0, sent.data(), at, Math.min(noise.length, bytes - at));
      }
      received.data().fill((byte) 1);
      memory = device.worker().call(() -> DeviceBuffer.onDevice(device.device(), bytes));
      landing = device.worker().call(() -> DeviceBuffer.onDevice(device.device(), bytes));
    }

    void upload() {
      device.transfer(link -> link.upload(packed(sent), memory, 0));
    }

    void download() {
      download(memory);
    }

    void copy(End source) {
      device.copy(
          source.device,
          link -> {
            link.copy(source.memory, 0, landing, 0, sent.byteSize());
            link.await();
          });
    }

    void check() {
      upload();
      download();
      requireReceived(sent, "uploaded");
    }

    void checkCopy(End source) {
      copy(source);
      download(landing);
      requireReceived(source.sent, "copied");
    }

    void close() {
      device.worker().run(memory::close);
      device.worker().run(landing::close);
      device.close();
    }

    private void download(DeviceBuffer from) {
      device.transfer(link -> link.download(from, 0, packed(received)));
    }

    private void requireReceived(Tensor expected, String what) {
      long difference = received.data().mismatch(expected.data());
      if (difference >= 0) {
        throw new IllegalStateException(
            "%s: %s bytes differ from byte %d on".formatted(this, what, difference));
      }
    }

    private static PackedTensor packed(Tensor tensor) {
      return new PackedTensor(List.of(tensor));
    }

    @Override
    public String toString() {
      return device.info().id();
    }
  }
}
