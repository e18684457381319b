package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.DevicePeaks;
import io.ringflash.engine.KernelChoice;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.engine.ShardSize;
import io.ringflash.tensor.DType;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * An open device: its threads, its queues, and the kernels that were compiled for it so far. One
 * shard at a time.
 */
final class TornadoAttentionDevice implements AttentionDevice {
  /** Names of queues; TornadoVM's own, those of execution plans, are positive. */
  private static final AtomicLong STREAMS = new AtomicLong();

  private final DeviceInfo info;
  private final TornadoXPUDevice device;
  private final DeviceWorker worker;
  private final DeviceWorker porter;
  private final long transfers = STREAMS.decrementAndGet();
  private final long small = STREAMS.decrementAndGet();
  private final Map<DType, LayoutGraphs> layouts = new EnumMap<>(DType.class);
  private final Map<StoredFold, FoldGraph> folds = new HashMap<>();
  private final Map<TensorForm, TensorKernels> tensorKernels = new HashMap<>();
  private final Map<TensorForm, TensorKernels> hopperKernels = new HashMap<>();
  private final TensorCores tensorCores;
  private final PeerLinks peers = new PeerLinks(this);
  private final TornadoKernelChoice choice;

  private record StoredFold(FoldForm form, int registers, DType dtype) {}

  /** Null until something is transferred. */
  private @Nullable HostLink link;

  TornadoAttentionDevice(DeviceInfo info, TornadoXPUDevice device) {
    this.info = info;
    this.device = device;
    this.tensorCores = TensorCores.of(info.id(), device);
    this.choice = new TornadoKernelChoice(info, tensorCores);
    this.worker = new DeviceWorker(info.id());
    this.porter = new DeviceWorker(info.id() + "-transfer");
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public long memoryBytes(ShardSize size) {
    AttentionProblem problem = size.problem();
    FoldForm.Kernel kernel = option(size.attnType(), problem).kernel();
    return kernel == null
        ? new Footprint(size, TensorForm.of(problem).width()).ofTensorCores()
        : new Footprint(size, kernel.padded(problem.shape().headDim())).ofJavaKernels(kernel);
  }

  @Override
  public ShardAttention prepare(ShardRequest request) {
    AttentionShape shape = request.problem().shape();
    if (request.processor() != null) {
      throw new IllegalArgumentException(
          "a block processor runs on cpu devices only but got " + info.id());
    }
    if (request.attnType() == AttnType.HOPPER && request.deterministic()) {
      // It folds keys in two tiles at a time, and which two depends on where blocks end.
      throw new IllegalArgumentException(
          "deterministic should come with an attn-type whose results don't depend on blocks, such as tensor, but got 'hopper'");
    }
    if (shape.seqLenQ() + shape.seqLenK() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s counts positions in 32 bits: seqLenQ + seqLenK should be at most %d but got %d"
              .formatted(info.id(), Integer.MAX_VALUE, shape.seqLenQ() + shape.seqLenK()));
    }
    return new TornadoShard(this, request, plan(request));
  }

  /** Of FP32 arithmetic; there is no probe of tensor cores. */
  @Override
  public Optional<DevicePeaks> measurePeaks(AttnType attnType, AttentionProblem problem) {
    if (option(attnType, problem).kernel() == null) {
      return Optional.empty();
    }
    boolean vectors = FoldForm.Kernel.vectors(info);
    return Optional.of(
        worker.call(() -> new PeakProbe(device, info.computeUnits(), vectors, small).measure()));
  }

  @Override
  public Optional<String> copyObstacle(AttentionDevice source) {
    if (!(source instanceof TornadoAttentionDevice other)) {
      return Optional.of(
          "%s and %s are of different engines".formatted(info.id(), source.info().id()));
    }
    try {
      peers.through(other, link -> {});
      return Optional.empty();
    } catch (PeerUnavailableException e) {
      return Optional.of(
          "%s can't copy from %s: %s".formatted(info.id(), source.info().id(), e.getMessage()));
    }
  }

  private FoldPlan plan(ShardRequest request) {
    AttentionProblem problem = request.problem();
    KernelOption option = option(request.attnType(), problem);
    if (option.kernel() != null) {
      return javaPlan(option, FoldForm.of(option.kernel(), problem), problem);
    }
    TensorForm form = TensorForm.of(problem);
    return option == KernelOption.HOPPER && !request.deterministic()
        ? hopperPlan(form)
        : tensorPlan(form);
  }

  private FoldPlan tensorPlan(TensorForm form) {
    TensorKernels kernels =
        worker.call(() -> tensorKernels.computeIfAbsent(form, this::newTensorKernels));
    return tensorPlan(form.label(), form, kernels);
  }

  /** Tensor cores' kernels, in the way that the backend takes them. */
  TensorKernels newTensorKernels(TensorForm form) {
    return device.getTornadoVMBackend() == TornadoVMBackendType.PTX
        ? new TensorGraphs(device, form)
        : new OpenClTensorKernels(device, form);
  }

  private FoldPlan hopperPlan(TensorForm form) {
    TensorKernels kernels =
        worker.call(() ->
            hopperKernels.computeIfAbsent(
                form, f -> new HopperKernels(device, f, info.computeUnits(), small)));
    return tensorPlan(form.hopperLabel(), form, kernels);
  }

  private FoldPlan tensorPlan(String label, TensorForm form, TensorKernels kernels) {
    return new FoldPlan(
        label,
        form.width(),
        TensorShape.LEAD,
        (tensors, tables) -> new TensorShardKernels(this, tensors, tables, form, kernels));
  }

  private FoldPlan javaPlan(KernelOption option, FoldForm form, AttentionProblem problem) {
    LayoutGraphs layout =
        worker.call(
            () -> layouts.computeIfAbsent(problem.dtype(), d -> new LayoutGraphs(device, d)));
    FoldGraph fold =
        worker.call(() ->
            folds.computeIfAbsent(
                new StoredFold(form, option.registers(), problem.dtype()),
                f -> new FoldGraph(device, f.form(), f.registers(), f.dtype())));
    int padded = form.kernel().padded(problem.shape().headDim());
    return new FoldPlan(
        option.label(),
        padded,
        0,
        (tensors, tables) -> new JavaShardKernels(this, tensors, form.kernel(), layout, fold));
  }

  private KernelOption option(AttnType attnType, AttentionProblem problem) {
    if (attnType == AttnType.AUTO) {
      return choice.option(problem);
    }
    if (attnType == AttnType.HOPPER) {
      tensorCores.requireHopper(problem);
      return KernelOption.HOPPER;
    }
    int headDim = problem.shape().headDim();
    return tensorCores.chosen(attnType, problem.dtype(), headDim)
        ? KernelOption.TENSOR
        : KernelOption.java(kernel(attnType, headDim));
  }

  private FoldForm.Kernel kernel(AttnType attnType, int headDim) {
    return switch (attnType) {
      case JAVA -> FoldForm.Kernel.fastest(info, headDim);
      case TILED -> FoldForm.Kernel.TILED;
      case AUTO, REFERENCE, SCALAR, VECTOR, ONEDNN, TENSOR, HOPPER ->
          throw new IllegalArgumentException(
              "attn-type of %s should be auto, tiled, java, tensor or hopper but got '%s'"
                  .formatted(info.id(), attnType.label()));
    };
  }

  @Override
  public Optional<KernelChoice> kernelChoice() {
    return Optional.of(choice);
  }

  @Override
  public void close() {
    try (worker;
        porter) {
      porter.run(() -> {
        if (link != null) {
          link.close();
        }
        peers.close();
        device.getDeviceContext().reset(transfers);
      });
      worker.run(() -> {
        layouts.values().forEach(LayoutGraphs::close);
        folds.values().forEach(FoldGraph::close);
        tensorKernels.values().forEach(TensorKernels::close);
        hopperKernels.values().forEach(TensorKernels::close);
        device.getDeviceContext().reset(small);
      });
    }
  }

  TornadoXPUDevice device() {
    return device;
  }

  /** Allocates and launches. */
  DeviceWorker worker() {
    return worker;
  }

  /** Moves tensors on a thread and a queue of their own, while kernels run; waits for the end. */
  void transfer(Consumer<HostLink> work) {
    porter.run(() -> {
      HostLink open = link;
      if (open == null) {
        open = new HostLink(info.id(), device, STREAMS::decrementAndGet);
        link = open;
      }
      work.accept(open);
    });
  }

  /** Copies from another device, on the caller's thread; waits for the end. */
  void copy(TornadoAttentionDevice source, Consumer<PeerLink> work) {
    peers.through(source, work);
  }

  /** The queue of {@link #transfer}. */
  long transfers() {
    return transfers;
  }

  /** The worker's queue for tables and lse. */
  long small() {
    return small;
  }
}
