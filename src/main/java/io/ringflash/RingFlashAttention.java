package io.ringflash;

import io.ringflash.engine.DeviceId;
import io.ringflash.engine.EngineRegistry;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.DeviceLoss;
import io.ringflash.ring.Exchange;
import io.ringflash.ring.ExchangeKind;
import io.ringflash.ring.MachineScheduler;
import io.ringflash.ring.Ring;
import io.ringflash.ring.RingJob;
import io.ringflash.ring.RingReport;
import io.ringflash.ring.Scheduler;
import io.ringflash.ring.Sharding;
import io.ringflash.ring.Survivors;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Exact softmax attention on a ring of devices, a re-implementation of {@code ring_flash_attn_func}
 * (and its kv-packed and qkv-packed forms) in which every option means the same for any number of
 * devices.
 *
 * <p>One instance holds its devices until it is closed and may be used for any number of calls, by
 * any thread; they are made one after another. All tensors are host memory that every thread may
 * access (not a confined arena's); inputs are read in place.
 */
public final class RingFlashAttention implements AutoCloseable {
  private final DeviceGroup group;
  private final ProcessGroup processes;
  private final Ring ring;
  private final Survivors survivors;
  private final Lock calls = new ReentrantLock();
  private boolean closed;

  /**
   * Attention on {@code group}, which is closed with this; blocks take the faster way, as measured.
   */
  public RingFlashAttention(DeviceGroup group) {
    this(group, ExchangeKind.AUTO.create());
  }

  /** Attention on {@code group} with an exchange of the caller's; both are closed with this. */
  public RingFlashAttention(DeviceGroup group, Exchange exchange) {
    this(group, exchange, ProcessGroup.alone());
  }

  /**
   * Attention on the devices of several processes, each of which makes the same calls with the same
   * arguments; tensors may be mapped files of which it reads its own ranks' tokens only. A process
   * gets the results of its own ranks' queries; the other elements of its outputs stay untouched.
   * Tensors are read by transfers that a failed call does not wait for: keep them in memory of
   * {@link ProcessGroup#openArena}, or in some that is freed by nobody or by the garbage collector.
   *
   * @param group this process's devices, closed with this
   * @param exchange brings blocks from this process's memory to its devices; closed with this
   * @param processes of the job; not closed
   */
  public RingFlashAttention(DeviceGroup group, Exchange exchange, ProcessGroup processes) {
    this(group, exchange, processes, new MachineScheduler());
  }

  /**
   * As {@link #RingFlashAttention(DeviceGroup, Exchange, ProcessGroup)}, with threads and time of
   * the caller's.
   */
  public RingFlashAttention(
      DeviceGroup group, Exchange exchange, ProcessGroup processes, Scheduler scheduler) {
    this.group = group;
    this.processes = processes;
    this.ring = new Ring(group, exchange, processes, scheduler);
    this.survivors = new Survivors(ring);
  }

  /**
   * Attention on devices named as on the command line.
   *
   * @param devices comma-separated in rank order, such as {@code cpu:0,cpu:1}
   * @throws IllegalArgumentException if the list is malformed
   * @throws io.ringflash.engine.EngineUnavailableException if a device cannot be opened
   */
  public static RingFlashAttention on(String devices) {
    EngineRegistry registry = EngineRegistry.withServices(new CpuEngine());
    return new RingFlashAttention(DeviceGroup.open(registry, DeviceId.parseList(devices)));
  }

  /** This process's devices, in rank order. */
  public DeviceGroup group() {
    return group;
  }

  /** The ring of all processes' devices. */
  public Ring ring() {
    return ring;
  }

  /** The processes that compute together. */
  public ProcessGroup processes() {
    return processes;
  }

  /**
   * Attention of whole tensors, sharded here.
   *
   * @param q {@code (batch, seqLenQ, heads, headDim)}, last dimension contiguous
   * @param k {@code (batch, seqLenK, kvHeads, headDim)}, last dimension contiguous
   * @param v like k
   * @return tensors in memory that the garbage collector frees
   * @throws IllegalArgumentException if shapes, types or options are invalid, or memory will not do
   * @throws IllegalStateException if this has been closed
   * @throws io.ringflash.ring.RingException if a device fails
   * @throws StoppedException if the calling thread is interrupted
   */
  public AttentionResult forward(Tensor q, Tensor k, Tensor v, AttentionOptions options) {
    return forward(Arena.ofAuto(), q, k, v, options);
  }

  /**
   * As {@link #forward(Tensor, Tensor, Tensor, AttentionOptions)}; results live in {@code arena}.
   */
  public AttentionResult forward(
      Arena arena, Tensor q, Tensor k, Tensor v, AttentionOptions options) {
    return call(options, (devices, losses) -> forward(devices, arena, q, k, v, options, losses));
  }

  private <T> T call(AttentionOptions options, Survivors.Call<T> call) {
    awaitTurn();
    try {
      requireOpen();
      return callOnce(options, call);
    } finally {
      calls.unlock();
    }
  }

  private void awaitTurn() {
    try {
      calls.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppedException();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this attention should be open but has been closed");
    }
  }

  private <T> T callOnce(AttentionOptions options, Survivors.Call<T> call) {
    return switch (options.onDeviceFailure()) {
      case STOP -> call.on(survivors.ring(), List.of());
      case CONTINUE -> {
        if (processes.size() > 1) {
          throw new IllegalArgumentException(
              "on-device-failure should be stop with several processes but got continue");
        }
        yield survivors.outlive(call);
      }
    };
  }

  private static AttentionResult forward(
      Ring ring,
      Arena arena,
      Tensor q,
      Tensor k,
      Tensor v,
      AttentionOptions options,
      List<DeviceLoss> losses) {
    long seqLenQ = BorderChecks.queryLength("q", q);
    Run run = new Run(ring, options, arena, q, seqLenQ, k, BorderChecks.keyLength("k", k));
    BorderChecks.requireKeysAndValues("k", k, "v", v, run.problem());
    run.requireMemory(run.division());
    Tensor out = run.allocateOut(seqLenQ);
    BorderChecks.requireReachable("results", out);
    Tensor lse = run.allocateLse(seqLenQ);
    RingJob job = run.job(run.queries(q, out, lse), run.blocks(k, v));
    RingReport report = ring.run(job).after(losses);
    return new AttentionResult(
        out,
        options.returnLse() ? lse : null,
        run.jointOut(),
        run.jointLse(),
        run.localQueries(),
        report);
  }

  /**
   * Attention with one tensor per rank, each holding the rank's tokens under the chosen sharding,
   * slice after slice. Under {@link Sharding#CONTIGUOUS} their lengths are free.
   *
   * @param q per rank {@code (batch, n, heads, headDim)}
   * @param k per rank {@code (batch, m, kvHeads, headDim)}
   * @param v like k
   * @return per rank its results; joint queries' results are in every one of them
   * @throws UnsupportedOperationException if there are several processes: each maps whole tensors
   * @throws IllegalArgumentException if shapes, types or options are invalid, or memory will not do
   * @throws IllegalStateException if this has been closed
   * @throws io.ringflash.ring.RingException if a device fails
   * @throws StoppedException if the calling thread is interrupted
   */
  public List<AttentionResult> forwardShards(
      List<Tensor> q, List<Tensor> k, List<Tensor> v, AttentionOptions options) {
    return call(
        options,
        (devices, losses) -> new ShardedCall(ring, devices, options).forward(q, k, v, losses));
  }

  /**
   * Attention with keys and values in one tensor.
   *
   * @param kv {@code (batch, seqLenK, 2, kvHeads, headDim)}; not copied
   */
  public AttentionResult forwardKvPacked(Tensor q, Tensor kv, AttentionOptions options) {
    requirePacked("kv", kv, 2);
    return forward(q, kv.select(2, 0), kv.select(2, 1), options);
  }

  /**
   * Self-attention with queries, keys and values in one tensor.
   *
   * @param qkv {@code (batch, seqLen, 3, heads, headDim)}; not copied
   */
  public AttentionResult forwardQkvPacked(Tensor qkv, AttentionOptions options) {
    requirePacked("qkv", qkv, 3);
    return forward(qkv.select(2, 0), qkv.select(2, 1), qkv.select(2, 2), options);
  }

  /** Closes the devices, after a call that is under way; a second time does nothing. */
  @Override
  public void close() {
    calls.lock();
    try {
      if (!closed) {
        closed = true;
        ring.close();
      }
    } finally {
      calls.unlock();
    }
  }

  private static void requirePacked(String name, Tensor tensor, int parts) {
    if (tensor.rank() != 5 || tensor.dim(2) != parts) {
      throw new IllegalArgumentException(
          "%s should have shape (batch, seqLen, %d, heads, headDim) but got %s"
              .formatted(name, parts, Arrays.toString(tensor.shape())));
    }
  }
}
