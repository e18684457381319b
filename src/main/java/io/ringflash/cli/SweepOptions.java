package io.ringflash.cli;

import io.ringflash.attention.AttentionMask;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.EngineRegistry;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.bench.Preset;
import io.ringflash.experiment.bench.Ring;
import io.ringflash.experiment.bench.Sizes;
import io.ringflash.experiment.bench.Sweep;
import io.ringflash.experiment.bench.Sweep.Problem;
import io.ringflash.ring.ExchangeKind;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which problems a sweep goes through, and on what. */
final class SweepOptions {
  @Option(
      names = "--preset",
      paramLabel = "NAME",
      split = ",",
      description = {
        "Sizes and masks of llama3-8b, llama3-70b, flux, wan-1-3b, wan-14b,",
        "ring-flash-attention, flash-attention or pytorch-cp; sizes given beside replace its own."
      })
  private List<Preset> presets = List.of();

  @Option(names = "--batch", paramLabel = "LIST", description = "Batch sizes (default: 1).")
  private @Nullable Sizes batch;

  @Option(
      names = "--seq",
      paramLabel = "LIST",
      description = "Tokens, such as 4096, 1k,3k or 1k..64k, which doubles (default: 1k..4k).")
  private @Nullable Sizes tokens;

  @Option(
      names = "--seq-k",
      paramLabel = "LIST",
      description = "Keys (default: as many as queries).")
  private @Nullable Sizes keys;

  @Option(names = "--heads", paramLabel = "LIST", description = "Query heads (default: 8).")
  private @Nullable Sizes heads;

  @Option(
      names = "--kv-heads",
      paramLabel = "LIST",
      description = "Key and value heads (default: as many as query heads).")
  private @Nullable Sizes kvHeads;

  @Option(names = "--head-dim", paramLabel = "LIST", description = "Head dimensions (default: 64).")
  private @Nullable Sizes headDims;

  @Option(
      names = "--joint",
      paramLabel = "N",
      description = "Joint keys and values, which every query sees (default: 0).")
  private @Nullable Integer joint;

  @Option(
      names = "--mask",
      paramLabel = "LIST",
      description = "full, causal, window:L:R, causal+window:L:R (default: full).")
  private @Nullable String masks;

  @Option(names = "--causal", description = "The same as --mask causal.")
  private boolean causal;

  @Option(
      names = "--dtype",
      paramLabel = "LIST",
      split = ",",
      description = "fp32, fp16, bf16 (default: fp32).")
  private List<DType> dtypes = List.of(DType.FP32);

  @Option(
      names = "--attn-type",
      paramLabel = "LIST",
      split = ",",
      description = {
        "Kernels: auto, reference, scalar, vector, onednn, tiled, java, tensor, hopper",
        "(default: auto)."
      })
  private List<AttnType> attnTypes = List.of(AttnType.AUTO);

  @Option(
      names = "--devices",
      paramLabel = "RING",
      description = {
        "A ring such as ptx:0,ptx:1, or rings of growing size such as cpu:1..4; may be repeated",
        "(default: all devices of the fastest available engine)."
      })
  private List<String> devices = List.of();

  @Option(
      names = "--threads",
      paramLabel = "LIST",
      description = "Threads that cpu devices of a process share (default: one per core).")
  private @Nullable Sizes threads;

  @Option(
      names = "--sharding",
      paramLabel = "LIST",
      split = ",",
      description = "contiguous, zigzag, striped, weighted (default: zigzag).")
  private List<Sharding> shardings = List.of(Sharding.ZIGZAG);

  @Option(
      names = "--exchange",
      paramLabel = "LIST",
      split = ",",
      description = "How K/V blocks travel: auto, host, peer (default: auto).")
  private List<ExchangeKind> exchanges = List.of(ExchangeKind.AUTO);

  /**
   * @throws IllegalArgumentException if an option is invalid
   */
  Sweep sweep(Job job) {
    List<Problem> problems =
        presets.isEmpty()
            ? List.of(problem(null))
            : presets.stream()
                .flatMap(preset -> preset.problems().stream())
                .map(this::problem)
                .toList();
    Sizes threadCounts = given(threads, Sizes.of(job.cores()));
    List<Ring> rings = rings().stream().map(ring -> ring.over(job.processes().size())).toList();
    return new Sweep(rings, threadCounts, attnTypes, dtypes, problems, shardings, exchanges);
  }

  private List<Ring> rings() {
    if (devices.isEmpty()) {
      EngineRegistry registry = EngineRegistry.withServices(new CpuEngine());
      return List.of(Ring.inOneProcess(registry.defaultDevices()));
    }
    return devices.stream().flatMap(text -> Ring.parse(text).stream()).toList();
  }

  private Problem problem(@Nullable Problem preset) {
    Problem base = preset == null ? DEFAULT : preset;
    return new Problem(
        given(batch, base.batch()),
        given(tokens, base.tokens()),
        tokens == null && base.tokensPerDevice(),
        given(keys, base.keys()),
        given(heads, base.heads()),
        given(kvHeads, heads == null ? base.kvHeads() : Sizes.of()),
        given(headDims, base.headDims()),
        joint == null ? base.jointTokens() : joint,
        MaskChoice.of(masks, causal, base.masks()));
  }

  private static Sizes given(@Nullable Sizes option, Sizes otherwise) {
    return option == null ? otherwise : option;
  }

  private static final Problem DEFAULT =
      new Problem(
          Sizes.of(1),
          Sizes.parse("1k..4k"),
          false,
          Sizes.of(),
          Sizes.of(8),
          Sizes.of(),
          Sizes.of(64),
          0,
          List.of(AttentionMask.NONE));
}
