package io.ringflash.experiment;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.faults.DoomedProcess;
import io.ringflash.faults.FaultyFileSystem;
import io.ringflash.faults.FileInterference;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.HostExchange;
import io.ringflash.ring.process.FakeNetwork;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A program in which results are written again and again, once for each moment of each operation on
 * files: there the writer stops for good. When all of them have, the program waits to be killed.
 */
final class HaltedWriters {
  /** What the writers of a way of writing should have written, and what was there before. */
  static final String NEW = "new";

  static final String OLD = "old";

  /**
   * A way of writing.
   *
   * @param name of its folder
   * @param outputs names of the files, of which the first holds out
   * @param processes that write
   * @param shared whether they write the same files; otherwise names have their number in place of
   *     #
   * @param replaces whether old files are there
   */
  record Way(String name, List<String> outputs, int processes, boolean shared, boolean replaces) {
    /** All files that are written, in that order. */
    List<String> files() {
      return shared
          ? outputs
          : IntStream.range(0, processes)
              .boxed()
              .flatMap(process -> outputs.stream().map(name -> numbered(name, process)))
              .toList();
    }

    private OutputFiles outputFiles(FaultyFileSystem files, Path folder, int process) {
      List<Path> paths =
          outputs.stream()
              .map(name -> files.path(folder.resolve(shared ? name : numbered(name, process))))
              .toList();
      return new OutputFiles(
          paths.getFirst(), paths.size() > 1 ? paths.get(1) : null, null, shared);
    }

    private static String numbered(String name, int process) {
      return name.replace("#", String.valueOf(process));
    }
  }

  static final List<Way> WAYS =
      List.of(
          new Way("numpy", List.of("out.npy", "lse.npy"), 1, true, true),
          new Way("numpy-new", List.of("out.npy"), 1, true, false),
          new Way("safetensors", List.of("out.safetensors"), 1, true, true),
          new Way("together-numpy", List.of("out.npy", "lse.npy"), 2, true, true),
          new Way("together-safetensors", List.of("out.safetensors"), 2, true, true),
          new Way("each", List.of("out-#.npy", "lse-#.npy"), 2, false, true));

  private final Path folder;
  private final long seed;

  private HaltedWriters(Path folder, long seed) {
    this.folder = folder;
    this.seed = seed;
  }

  /**
   * Prints a line for each writer: its folder, where it stopped, and the files that had got their
   * new content by then.
   *
   * @param args folder of all files; seed of their sizes and contents
   */
  public static void main(String[] args) throws Exception {
    HaltedWriters writers = new HaltedWriters(Path.of(args[0]), Long.parseLong(args[1]));
    for (Way way : WAYS) {
      writers.haltEverywhere(way);
    }
    System.out.println(DoomedProcess.READY);
    new CountDownLatch(1).await();
  }

  private void haltEverywhere(Way way) throws Exception {
    List<AttentionResult> before = results(way.processes(), seed);
    List<AttentionResult> after = results(way.processes(), seed + 1);
    Path all = Files.createDirectory(folder.resolve(way.name()));
    write(way, Files.createDirectory(all.resolve(OLD)), before, new Halt(0, Integer.MAX_VALUE));
    Path complete = Files.createDirectory(all.resolve(NEW));
    List<Halt> halts = new ArrayList<>();
    for (int process = 0; process < way.processes(); process++) {
      Halt counting = new Halt(process, Integer.MAX_VALUE);
      write(way, complete, after, counting);
      for (int at = 0; at < counting.count(); at++) {
        halts.add(new Halt(process, at));
      }
    }
    for (int i = 0; i < halts.size(); i++) {
      Halt halt = halts.get(i);
      Path own = Files.createDirectory(all.resolve(String.valueOf(i)));
      if (way.replaces()) {
        for (String file : way.files()) {
          Files.copy(all.resolve(OLD).resolve(file), own.resolve(file));
        }
      }
      Thread.ofVirtual().start(() -> write(way, own, after, halt));
    }
    for (int i = 0; i < halts.size(); i++) {
      System.out.printf("%s/%d %s%n", way.name(), i, halts.get(i).await());
    }
  }

  /** Results of as many processes, of sizes that a seed stands for. */
  private static List<AttentionResult> results(int processes, long seed) {
    Random random = new Random(seed);
    Tensor[] inputs = new Tensor[3];
    int tokens = 40 + random.nextInt(100);
    int heads = 1 + random.nextInt(3);
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = Tensor.allocate(Arena.ofAuto(), DType.FP32, 1, tokens, heads, 8);
      for (long at = 0; at < inputs[i].byteSize(); at += Float.BYTES) {
        DType.FP32.store(inputs[i].data(), at, (float) random.nextGaussian());
      }
    }
    try (FakeNetwork network = new FakeNetwork(processes)) {
      return network.onEach(process -> {
        DeviceGroup group = new DeviceGroup(new CpuEngine(1).open(List.of(0)));
        ProcessGroup own = new ProcessGroup(network.transport(process));
        try (RingFlashAttention attention =
            new RingFlashAttention(group, HostExchange.create(), own)) {
          return attention.forward(inputs[0], inputs[1], inputs[2], AttentionOptions.defaults());
        }
      });
    }
  }

  /** All processes write, and {@code halt} befalls one of them. */
  private static void write(Way way, Path folder, List<AttentionResult> results, Halt halt) {
    try (FakeNetwork network = new FakeNetwork(way.processes())) {
      network.onEach(process -> {
        FaultyFileSystem files =
            new FaultyFileSystem(
                FileSystems.getDefault(), process == halt.process ? halt : halt::observe);
        way.outputFiles(files, folder, process)
            .write(results.get(process), new ProcessGroup(network.transport(process)));
        return process;
      });
    }
  }

  /** Stops a process at one of its operations' moments, and knows what had been done by then. */
  private static final class Halt implements FileInterference {
    private final int process;
    private final int at;
    private final CountDownLatch reached = new CountDownLatch(1);
    private final Set<String> published = ConcurrentHashMap.newKeySet();
    private String where = "";
    private int count;

    /**
     * @param at how many moments to let pass
     */
    Halt(int process, int at) {
      this.process = process;
      this.at = at;
    }

    int count() {
      return count;
    }

    /** Waits until the process has stopped, and says where. */
    String await() throws InterruptedException {
      reached.await();
      return "process %d %s %s"
          .formatted(process, where, published.stream().sorted().collect(Collectors.joining(",")));
    }

    @Override
    public void at(Operation operation, Moment moment, Path file) {
      observe(operation, moment, file);
      if (count++ == at) {
        where = operation + " " + moment;
        reached.countDown();
        while (true) {
          LockSupport.park();
        }
      }
    }

    /** Another process's operation. */
    void observe(Operation operation, Moment moment, Path file) {
      if (operation == Operation.MOVE && moment == Moment.AFTER) {
        published.add(String.valueOf(file.getFileName()));
      }
    }
  }
}
