package io.ringflash.mpi;

import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.conformance.CaseData;
import io.ringflash.conformance.ConformanceCase;
import io.ringflash.conformance.PeerCases;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.HostExchange;
import io.ringflash.ring.mpi.MpiTransport;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * One process of a job that holds cases against the oracle, and deterministic ones against the bits
 * of one process. Arguments: devices of a process (of every second one, one more), number of random
 * cases, and {@code peers} for those of other implementations, too, or {@code small} for small
 * cases on the scalar kernel.
 */
final class ConformanceJob {
  private static final int MOST_RANKS = 16;

  private final ProcessGroup processes;
  private final AttnType kernel;

  private ConformanceJob(ProcessGroup processes, AttnType kernel) {
    this.processes = processes;
    this.kernel = kernel;
  }

  public static void main(String[] args) {
    int code = 1;
    ProcessGroup processes = new ProcessGroup(MpiTransport.open());
    try {
      int devices = Integer.parseInt(args[0]) + processes.index() % 2;
      String kind = args.length > 2 ? args[2] : "";
      AttnType kernel = kind.equals("small") ? AttnType.SCALAR : AttnType.AUTO;
      new ConformanceJob(processes, kernel).run(devices, cases(Long.parseLong(args[1]), kind));
      processes.barrier();
      code = 0;
    } catch (Throwable e) {
      System.err.println(processes.describe());
      e.printStackTrace();
    }
    if (code == 0) {
      processes.close();
    } else {
      processes.abort(code);
    }
  }

  private static List<ConformanceCase> cases(long count, String kind) {
    LongStream seeds = LongStream.range(0, count);
    return switch (kind) {
      case "" -> seeds.mapToObj(ConformanceJob::large).toList();
      case "peers" ->
          Stream.concat(seeds.mapToObj(ConformanceJob::large), PeerCases.all(MOST_RANKS)).toList();
      case "small" -> seeds.mapToObj(seed -> ConformanceCase.small(seed, MOST_RANKS)).toList();
      default ->
          throw new IllegalArgumentException("cases should be peers or small but got " + kind);
    };
  }

  private static ConformanceCase large(long seed) {
    return ConformanceCase.random(seed, MOST_RANKS);
  }

  private void run(int devices, List<ConformanceCase> cases) {
    try (RingFlashAttention ring = open(devices, processes);
        RingFlashAttention alone = open(1, ProcessGroup.alone())) {
      cases.forEach(test -> check(test, ring, alone));
      if (processes.isFirst()) {
        System.out.println(
            "%d cases passed on %s".formatted(cases.size(), ring.ring().placement()));
      }
    }
  }

  private void check(ConformanceCase test, RingFlashAttention ring, RingFlashAttention alone) {
    try (Arena arena = Arena.ofShared()) {
      CaseData data = new CaseData(arena, test);
      AttentionResult result = data.run(ring, kernel);
      data.check(result);
      if (test.deterministic()) {
        requireSameBits(data.run(alone, kernel), result);
      }
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(test.toString(), e);
    }
  }

  private static void requireSameBits(AttentionResult expected, AttentionResult actual) {
    actual
        .queries()
        .forEach(slice -> {
          Tensor a = slice.joint() ? expected.jointOut().orElseThrow() : expected.out();
          Tensor b = slice.joint() ? actual.jointOut().orElseThrow() : actual.out();
          requireSameBits(
              a.slice(1, slice.start(), slice.length(), slice.stride()),
              b.slice(1, slice.start(), slice.length(), slice.stride()));
        });
  }

  private static void requireSameBits(Tensor expected, Tensor actual) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor a = expected.copy(arena, expected.dtype());
      Tensor b = actual.copy(arena, actual.dtype());
      if (a.data().mismatch(b.data()) >= 0) {
        throw new AssertionError("the bits are not those of one process");
      }
    }
  }

  private static RingFlashAttention open(int devices, ProcessGroup processes) {
    List<Integer> indices = IntStream.range(0, devices).boxed().toList();
    return new RingFlashAttention(
        new DeviceGroup(new CpuEngine(1).open(indices)), HostExchange.create(), processes);
  }
}
