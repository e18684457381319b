package io.ringflash.cli;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttentionEngine;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.EngineUnavailableException;
import io.ringflash.engine.ForwardingDevice;
import io.ringflash.engine.ForwardingShard;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.tensor.Tensor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Engines that misbehave, offered as services to the commands of one test. */
final class TestEngines {
  private TestEngines() {}

  /** Runs {@code work} while the class path offers the engines. */
  static <T> T offer(Path directory, Callable<T> work) throws Exception {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    String names =
        Stream.of(Wrong.class, Failing.class, Missing.class)
            .map(Class::getName)
            .collect(Collectors.joining("\n"));
    Files.writeString(services.resolve(AttentionEngine.class.getName()), names);
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {directory.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      return work.call();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Adds 0.01 to every element of out. */
  public static final class Wrong extends OneDevice {
    public Wrong() {
      super("wrong");
    }

    @Override
    void finish(ShardAttention shard, ShardRequest request) {
      shard.finish();
      for (QueryPart part : request.queries()) {
        add(part.out(), 0.01f);
      }
    }

    private static void add(Tensor tensor, float amount) {
      if (tensor.rank() == 1) {
        for (long i = 0; i < tensor.dim(0); i++) {
          tensor.set(tensor.get(i) + amount, i);
        }
        return;
      }
      for (long i = 0; i < tensor.dim(0); i++) {
        add(tensor.select(0, i), amount);
      }
    }
  }

  /** Breaks at its last step. */
  public static final class Failing extends OneDevice {
    public Failing() {
      super("failing");
    }

    @Override
    void finish(ShardAttention shard, ShardRequest request) {
      throw new IllegalStateException("the fan\nstopped");
    }
  }

  /** Cannot run anywhere. */
  public static final class Missing implements AttentionEngine {
    @Override
    public String name() {
      return "missing";
    }

    @Override
    public int priority() {
      return 99;
    }

    @Override
    public List<DeviceInfo> devices() {
      throw new EngineUnavailableException("no driver: install one");
    }

    @Override
    public List<AttentionDevice> open(List<Integer> indices) {
      throw new EngineUnavailableException("no driver: install one");
    }
  }

  private abstract static class OneDevice implements AttentionEngine {
    private final String name;

    OneDevice(String name) {
      this.name = name;
    }

    abstract void finish(ShardAttention shard, ShardRequest request);

    @Override
    public String name() {
      return name;
    }

    @Override
    public int priority() {
      return -1;
    }

    @Override
    public List<DeviceInfo> devices() {
      return List.of(new DeviceInfo(name + ":0", "test", 1, 1, false));
    }

    @Override
    public List<AttentionDevice> open(List<Integer> indices) {
      AttentionDevice cpu = new CpuEngine(1).open(List.of(0)).getFirst();
      return List.of(
          new ForwardingDevice(cpu) {
            @Override
            public DeviceInfo info() {
              return devices().getFirst();
            }

            @Override
            public ShardAttention prepare(ShardRequest request) {
              ShardAttention shard = super.prepare(request);
              return new ForwardingShard(shard) {
                @Override
                public void finish() {
                  OneDevice.this.finish(shard, request);
                }
              };
            }
          });
    }
  }
}
