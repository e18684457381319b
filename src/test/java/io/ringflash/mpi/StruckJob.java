package io.ringflash.mpi;

import io.ringflash.cli.RingFlashCommand;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttentionEngine;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.ForwardingDevice;
import io.ringflash.engine.ForwardingShard;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.engine.cpu.CpuEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The command line, one process of which is killed or stopped at a given moment. Arguments: that
 * process, a device of it, a moment (see {@link Strike}), a signal, a file that is made just
 * before, and the command, whose devices are {@code struck:0}, {@code struck:1} and so on.
 */
public final class StruckJob {
  private static final int OWN_ARGUMENTS = 5;

  private static Strike strike = new Strike(-1, 0, "", "", Path.of(""));

  private StruckJob() {}

  public static void main(String[] args) {
    strike =
        new Strike(
            Integer.parseInt(args[0]),
            Integer.parseInt(args[1]),
            args[2],
            args[3],
            Path.of(args[4]));
    URL services = Objects.requireNonNull(StruckJob.class.getResource("/struck/"));
    Thread thread = Thread.currentThread();
    thread.setContextClassLoader(
        new URLClassLoader(new URL[] {services}, thread.getContextClassLoader()));
    RingFlashCommand.main(Arrays.copyOfRange(args, OWN_ARGUMENTS, args.length));
  }

  /**
   * What happens to one process.
   *
   * @param moment {@code load:N} or {@code fold:N}, before the device's call number N from 0 on;
   *     {@code finish}; or {@code write}, as soon as there is a temporary file in the folder
   * @param mark a file that says when, and which process it was for the system
   */
  private record Strike(int process, int device, String moment, String signal, Path mark) {
    private static final AtomicBoolean DONE = new AtomicBoolean();

    /** Time for the others to hear where this process has come to. */
    private static final long NEWS_MILLIS = 200;

    void reach(int reachedDevice, String reached) {
      if (isHere(reachedDevice) && reached.equals(moment) && !DONE.getAndSet(true)) {
        sleep(NEWS_MILLIS);
        send();
      }
    }

    /** From now on, an output may be written. */
    void expectOutput(int reachedDevice) {
      if (isHere(reachedDevice) && moment.equals("write") && !DONE.getAndSet(true)) {
        Thread.ofPlatform().daemon().name("strike").start(this::awaitOutput);
      }
    }

    private boolean isHere(int reachedDevice) {
      String own = System.getenv("OMPI_COMM_WORLD_RANK");
      return String.valueOf(process).equals(own) && reachedDevice == device;
    }

    private void awaitOutput() {
      while (!existsTemporary()) {
        Thread.onSpinWait();
      }
      send();
    }

    private static boolean existsTemporary() {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(""), ".*.tmp")) {
        return files.iterator().hasNext();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void send() {
      String own = String.valueOf(ProcessHandle.current().pid());
      try {
        Files.writeString(mark, own);
        new ProcessBuilder("kill", "-" + signal, own).start().waitFor();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static void sleep(long millis) {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The embedded engine under another name. */
  public static final class Engine implements AttentionEngine {
    @Override
    public String name() {
      return "struck";
    }

    @Override
    public int priority() {
      return -1;
    }

    @Override
    public List<DeviceInfo> devices() {
      return List.of(info(0));
    }

    private DeviceInfo info(int index) {
      return new DeviceInfo(name() + ":" + index, "test", 1L << 30, 1, true);
    }

    @Override
    public List<AttentionDevice> open(List<Integer> indices) {
      List<AttentionDevice> devices = new ArrayList<>();
      List<AttentionDevice> opened = new CpuEngine(indices.size()).open(indices);
      for (int i = 0; i < opened.size(); i++) {
        devices.add(new Device(opened.get(i), info(indices.get(i)), indices.get(i)));
      }
      return devices;
    }
  }

  private static final class Device extends ForwardingDevice {
    private final DeviceInfo info;
    private final int index;

    Device(AttentionDevice device, DeviceInfo info, int index) {
      super(device);
      this.info = info;
      this.index = index;
    }

    @Override
    public DeviceInfo info() {
      return info;
    }

    @Override
    public ShardAttention prepare(ShardRequest request) {
      return new Shard(super.prepare(request), index);
    }
  }

  private static final class Shard extends ForwardingShard {
    private final int device;
    private int loads;
    private int folds;

    Shard(ShardAttention shard, int device) {
      super(shard);
      this.device = device;
    }

    @Override
    public void load(KeyValueBuffer buffer, KeyValueBlock block) {
      strike.reach(device, "load:" + loads++);
      super.load(buffer, block);
    }

    @Override
    public void fold(KeyValueBuffer buffer) {
      strike.reach(device, "fold:" + folds++);
      super.fold(buffer);
    }

    @Override
    public void finish() {
      strike.reach(device, "finish");
      strike.expectOutput(device);
      super.finish();
    }
  }
}
