package io.ringflash.engine.cpu;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttentionEngine;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.EngineUnavailableException;
import java.util.ArrayList;
import java.util.List;

/**
 * Virtual devices on the cores of this machine: {@code cpu:0}, {@code cpu:1}, … any number. The
 * devices that are opened together divide the worker threads among them.
 */
public final class CpuEngine implements AttentionEngine {
  public static final String NAME = "cpu";

  private static final String VECTOR_API = "jdk.incubator.vector";

  /** More than this in one ring is a mistake, not an experiment. */
  private static final int MAX_DEVICES = 1024;

  private final int threads;

  /** An engine that uses every core. */
  public CpuEngine() {
    this(Runtime.getRuntime().availableProcessors());
  }

  /**
   * @param threads worker threads in all, at least 1
   */
  public CpuEngine(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads should be at least 1 but got " + threads);
    }
    this.threads = threads;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public List<DeviceInfo> devices() {
    return List.of(describe(0, threads));
  }

  @Override
  public List<AttentionDevice> open(List<Integer> indices) {
    for (int index : indices) {
      if (index >= MAX_DEVICES) {
        throw new EngineUnavailableException(
            "cpu devices should be cpu:0 to cpu:%d but got cpu:%d"
                .formatted(MAX_DEVICES - 1, index));
      }
    }
    SharedBlocks blocks = new SharedBlocks();
    List<AttentionDevice> devices = new ArrayList<>();
    for (int i = 0; i < indices.size(); i++) {
      int share = Math.max(1, (threads + indices.size() - 1 - i) / indices.size());
      devices.add(new CpuDevice(describe(indices.get(i), share), share, blocks));
    }
    return devices;
  }

  private static DeviceInfo describe(int index, int threads) {
    requireVectorApi();
    String description =
        "virtual device, %s, %d thread%s".formatted(vectors(), threads, threads == 1 ? "" : "s");
    return new DeviceInfo(NAME + ":" + index, description, HostMemory.totalBytes(), threads, true);
  }

  private static void requireVectorApi() {
    if (ModuleLayer.boot().findModule(VECTOR_API).isEmpty()) {
      throw new EngineUnavailableException(
          "cpu devices need the Vector API: start Java with --add-modules " + VECTOR_API);
    }
  }

  private static String vectors() {
    return FusedMultiplyAdd.AVAILABLE
        ? Simd.SPECIES.vectorBitSize() + "-bit vectors"
        : "scalar, no fused multiply-add";
  }
}
