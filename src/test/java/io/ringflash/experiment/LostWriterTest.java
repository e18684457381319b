package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.CollectiveOutput.Target;
import io.ringflash.faults.FaultyFileSystem;
import io.ringflash.faults.FileInterference.Moment;
import io.ringflash.faults.FileInterference.Operation;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.HostExchange;
import io.ringflash.ring.process.FakeNetwork;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.ring.process.StoppableTransport;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.TensorFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One of several processes, which are threads here, does nothing more while they write results. */
class LostWriterTest {
  private static final int PROCESSES = 3;

  @TempDir Path folder;
  private final List<AttentionResult> results = results();
  private final List<Stop> stops = new ArrayList<>();

  @AfterEach
  void endAll() throws InterruptedException {
    for (Stop stop : stops) {
      stop.end();
    }
  }

  /** Before each message that it sends, and before, within and after each change of a file. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void leavesNothingBehind(boolean shared) throws Exception {
    Path complete = Files.createDirectory(folder.resolve("complete"));
    write(complete, shared, new Stop(0, Integer.MAX_VALUE));
    for (int process = 0; process < PROCESSES; process++) {
      int moment = 0;
      Stop stop;
      do {
        stop = new Stop(process, moment++);
        Path own = Files.createDirectory(folder.resolve(process + "-" + moment));
        write(own, shared, stop);
        for (String name : names(own)) {
          // No temporary file is of such a name.
          assertThat(own.resolve(name))
              .as("%s stopped at moment %d", process, moment)
              .hasSameBinaryContentAs(complete.resolve(name));
        }
      } while (stop.isReached());
      assertThat(moment).isGreaterThan(10);
    }
  }

  /** Others may write for long after a process has: what it said then is old. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothingIsPublishedWithoutIt(boolean shared) throws Exception {
    Stop stop = new Stop(2, Integer.MAX_VALUE);
    stop.onceAllButOneHaveWritten = 1;
    write(folder, shared, stop);
    assertThat(stop.isReached()).isTrue();
    assertThat(names(folder)).isEmpty();
  }

  /** The job may end while some have not heard yet that all know the names of the files. */
  @Test
  void leavesNothingBehindWhereOthersHaveNotBegun() throws Exception {
    Stop stop = new Stop(1, Integer.MAX_VALUE);
    stop.onceItHasMadeAFile = true;
    // The first one tells the names; the second one that all know them.
    stop.heldBroadcast = 2;
    write(folder, false, stop);
    assertThat(stop.isReached()).isTrue();
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void allProcessesHaveResults() {
    assertThat(results).hasSize(PROCESSES).noneMatch(result -> result.queries().isEmpty());
  }

  /** When a process stops. */
  private static final class Stop {
    private final int process;
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private int onceAllButOneHaveWritten = -1;
    private boolean onceItHasMadeAFile;

    /** Which of the first process's broadcasts does not get to the last one, counted from 1. */
    private int heldBroadcast;

    private int broadcasts;
    private boolean toLast;
    private volatile int left;
    private volatile boolean reached;

    /**
     * @param moments how many it lets pass
     */
    Stop(int process, int moments) {
      this.process = process;
      this.left = moments;
    }

    /** Waits until the process has stopped, or has done its work before. */
    void await() throws InterruptedException {
      while (!reached && !threads.get(process).join(Duration.ofMillis(1))) {
        // It is still at work.
      }
    }

    boolean isReached() {
      return reached;
    }

    /** Something that a process does. */
    void pass(int by) {
      if (by == process && left-- <= 0) {
        reached = true;
        awaitOver();
        throw new StoppedException();
      }
    }

    /** A process sends a message. */
    void send(int by, int to) {
      if (by == 0 && to == 1) {
        toLast = false;
      } else if (by == 0 && !toLast) {
        toLast = true;
        broadcasts++;
        if (broadcasts == heldBroadcast) {
          awaitInterrupt();
        }
      }
      pass(by);
    }

    /** A process has changed a file. */
    void changed(int by) {
      if (by == process && onceItHasMadeAFile) {
        left = 0;
      }
    }

    /** What a process wrote goes to the disk. */
    void force(int by) {
      if (by == onceAllButOneHaveWritten) {
        awaitWaiting(threads.stream().filter(t -> t != Thread.currentThread()).toList());
        left = 0;
      }
    }

    /** The process that has stopped ends without doing anything. */
    void end() throws InterruptedException {
      over.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
    }

    private static void awaitInterrupt() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoppedException();
      }
    }

    private void awaitOver() {
      boolean interrupted = true;
      while (interrupted) {
        try {
          over.await();
          interrupted = false;
        } catch (InterruptedException e) {
          // Nothing wakes it.
        }
      }
    }
  }

  /** Returns when nobody writes any more: all that could be done has been, and the rest ended. */
  private void write(Path folder, boolean shared, Stop stop) throws Exception {
    stops.add(stop);
    try (FakeNetwork network = new FakeNetwork(PROCESSES)) {
      for (int process = 0; process < PROCESSES; process++) {
        int own = process;
        stop.threads.add(
            Thread.ofPlatform()
                .unstarted(() -> {
                  StoppableTransport transport =
                      new StoppableTransport(network.transport(own), to -> stop.send(own, to));
                  ProcessGroup group = new ProcessGroup(transport);
                  transport.arm();
                  write(folder, shared, stop, group);
                }));
      }
      stop.threads.forEach(Thread::start);
      stop.await();
      awaitWaiting(stop.threads);
      network.settle();
      awaitWaiting(stop.threads);
      // As the end of a job does.
      for (int process = 0; process < PROCESSES; process++) {
        if (process != stop.process) {
          stop.threads.get(process).interrupt();
          stop.threads.get(process).join();
        }
      }
    }
  }

  private void write(Path folder, boolean shared, Stop stop, ProcessGroup group) {
    int process = group.index();
    FaultyFileSystem files =
        new FaultyFileSystem(
            FileSystems.getDefault(),
            (operation, moment, file) -> {
              if (operation == Operation.FORCE && moment == Moment.BEFORE) {
                stop.force(process);
              }
              if (moment == Moment.AFTER) {
                stop.changed(process);
              }
              stop.pass(process);
            });
    Path out = folder.resolve(shared ? "out.npy" : "out-" + process + ".npy");
    AttentionResult result = results.get(process);
    try {
      new CollectiveOutput(group, result, shared)
          .write(List.of(new Target(files.path(out), Map.of("out", result.out()), false)));
    } catch (StoppedException e) {
      // It was ended.
    } catch (TensorFileException e) {
      // An interrupt closes files.
      assertThat(e).hasRootCauseInstanceOf(ClosedByInterruptException.class);
    }
  }

  private static void awaitWaiting(List<Thread> threads) {
    while (!threads.stream()
        .map(Thread::getState)
        .allMatch(s -> s == Thread.State.WAITING || s == Thread.State.TERMINATED)) {
      Thread.onSpinWait();
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static List<AttentionResult> results() {
    Tensor x = Tensor.allocate(Arena.ofAuto(), DType.FP32, 1, 30, 2, 8);
    try (FakeNetwork network = new FakeNetwork(PROCESSES)) {
      return network.onEach(process -> {
        DeviceGroup device = new DeviceGroup(new CpuEngine(1).open(List.of(0)));
        ProcessGroup group = new ProcessGroup(network.transport(process));
        try (RingFlashAttention attention =
            new RingFlashAttention(device, HostExchange.create(), group)) {
          return attention.forward(x, x, x, AttentionOptions.defaults());
        }
      });
    }
  }
}
