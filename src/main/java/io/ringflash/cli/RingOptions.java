package io.ringflash.cli;

import io.ringflash.AttentionOptions;
import io.ringflash.OnDeviceFailure;
import io.ringflash.RingFlashAttention;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.DeviceId;
import io.ringflash.engine.EngineRegistry;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.Progress;
import io.ringflash.experiment.WatchedDevice;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.ExchangeKind;
import io.ringflash.ring.Sharding;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What computes, and how the sequence is divided. */
final class RingOptions {
  @Option(
      names = "--devices",
      paramLabel = "LIST",
      description = {
        "In rank order, such as cpu:0,cpu:1",
        "(default: all of the fastest available engine)."
      })
  private @Nullable String devices;

  @Option(
      names = "--sharding",
      paramLabel = "NAME",
      description = "contiguous, zigzag, striped or weighted (default: contiguous).")
  private Sharding sharding = Sharding.CONTIGUOUS;

  @Option(
      names = "--speeds",
      paramLabel = "A,B,...",
      split = ",",
      description =
          "Speeds of the devices for weighted sharding (default: measured; below 1/32 of the sum no share).")
  private double @Nullable [] speeds;

  @Option(
      names = "--exchange",
      paramLabel = "NAME",
      description = {
        "How K/V blocks travel: host, peer (from device to device), or auto: the faster one, as",
        "measured (default: auto)."
      })
  private ExchangeKind exchange = ExchangeKind.AUTO;

  @Option(
      names = "--attn-type",
      paramLabel = "NAME",
      description = {
        "Kernel: auto, reference, scalar or vector; onednn with oneDNN's products on the CPU, which is",
        "to be installed; with TornadoVM also java or tiled (compiled for the device), tensor for",
        "NVIDIA tensor cores, or hopper for those of H100 and H200 (default: auto)."
      })
  private AttnType attnType = AttnType.AUTO;

  @Option(
      names = "--deterministic",
      description = "The same bits for any number of devices and any sharding.")
  private boolean deterministic;

  @Option(
      names = "--check-blocks",
      description = "Compare checksums of K/V blocks where they arrive with those of what left.")
  private boolean checkBlocks;

  @Option(
      names = "--on-device-failure",
      paramLabel = "NAME",
      description = {
        "stop, or continue: the other devices compute everything anew, and the report says what",
        "was lost (default: stop)."
      })
  private OnDeviceFailure onDeviceFailure = OnDeviceFailure.STOP;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that the cpu devices share (default: one per core).")
  private @Nullable Integer threads;

  /**
   * Opens the devices.
   *
   * @param progress hears of every ring step
   * @throws IllegalArgumentException if an option is invalid
   */
  RingFlashAttention open(Job job, Progress progress) {
    if (speeds != null && sharding != Sharding.WEIGHTED) {
      throw new IllegalArgumentException(
          "--speeds should come with --sharding weighted but got " + sharding.label());
    }
    CpuEngine cpu = new CpuEngine(threads == null ? job.cores() : threads);
    EngineRegistry registry = EngineRegistry.withServices(cpu);
    List<DeviceId> ids = devices == null ? registry.defaultDevices() : DeviceId.parseList(devices);
    DeviceGroup group = WatchedDevice.watch(DeviceGroup.open(registry, ids), progress);
    return new RingFlashAttention(group, exchange.create(), job.processes());
  }

  void applyTo(AttentionOptions.Builder options) {
    options.sharding(sharding).attnType(attnType).deterministic(deterministic);
    options.onDeviceFailure(onDeviceFailure).checkBlocks(checkBlocks);
    if (speeds != null) {
      options.deviceSpeeds(speeds);
    }
  }
}
