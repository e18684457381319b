package io.ringflash.experiment.bench;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.ring.ExchangeKind;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * All combinations of the values listed.
 *
 * @param rings devices
 * @param threads that cpu devices share
 * @param attnTypes kernels
 * @param dtypes storage types
 * @param problems sizes and masks
 * @param shardings of the sequence
 * @param exchanges ways in which K/V blocks travel
 */
public record Sweep(
    List<Ring> rings,
    Sizes threads,
    List<AttnType> attnTypes,
    List<DType> dtypes,
    List<Problem> problems,
    List<Sharding> shardings,
    List<ExchangeKind> exchanges) {
  /**
   * Sizes and masks that vary together.
   *
   * @param batch independent problems
   * @param tokens numbers of queries
   * @param tokensPerDevice whether {@code tokens} are a device's share
   * @param keys numbers of keys, empty for as many as queries
   * @param heads query heads
   * @param kvHeads K/V heads, empty for as many as query heads
   * @param headDims elements per head
   * @param jointTokens keys and values that every query sees
   * @param masks visible keys
   */
  public record Problem(
      Sizes batch,
      Sizes tokens,
      boolean tokensPerDevice,
      Sizes keys,
      Sizes heads,
      Sizes kvHeads,
      Sizes headDims,
      int jointTokens,
      List<AttentionMask> masks) {
    /**
     * @throws IllegalArgumentException if {@code jointTokens} is negative
     */
    public Problem {
      if (jointTokens < 0) {
        throw new IllegalArgumentException(
            "joint tokens should be at least 0 but got " + jointTokens);
      }
    }

    List<AttentionShape> shapes(int ranks) {
      List<AttentionShape> shapes = new ArrayList<>();
      for (int headDim : headDims.values()) {
        for (int headCount : heads.values()) {
          for (int kvHeadCount : orSame(kvHeads, headCount)) {
            for (int batchSize : batch.values()) {
              for (int queries : tokens.values()) {
                for (int keyCount : orSame(keys, queries)) {
                  long factor = tokensPerDevice ? ranks : 1;
                  shapes.add(
                      new AttentionShape(
                          batchSize,
                          queries * factor,
                          keyCount * factor,
                          headCount,
                          kvHeadCount,
                          headDim));
                }
              }
            }
          }
        }
      }
      return shapes;
    }

    private static List<Integer> orSame(Sizes sizes, int same) {
      return sizes.values().isEmpty() ? List.of(same) : sizes.values();
    }
  }

  /**
   * The cases, those of one ring together. Combinations that differ in nothing that matters are
   * measured once: a ring of one has no shards, and only cpu devices have threads.
   *
   * @throws IllegalArgumentException if a combination is no valid problem
   */
  public List<BenchCase> cases() {
    Set<BenchCase> cases = new LinkedHashSet<>();
    for (Ring ring : rings) {
      for (int threadCount : ring.has(CpuEngine.NAME) ? threads.values() : firstOnly(threads)) {
        for (Problem problem : problems) {
          addCases(cases, ring, threadCount, problem);
        }
      }
    }
    return List.copyOf(cases);
  }

  private void addCases(Set<BenchCase> cases, Ring ring, int threadCount, Problem problem) {
    for (DType dtype : dtypes) {
      for (AttentionShape shape : problem.shapes(ring.size())) {
        for (AttentionMask mask : problem.masks()) {
          for (AttnType attnType : attnTypes) {
            for (ExchangeKind exchange : exchanges) {
              for (Sharding sharding : shardings) {
                cases.add(
                    new BenchCase(
                        ring,
                        threadCount,
                        attnType,
                        dtype,
                        shape,
                        problem.jointTokens(),
                        mask,
                        ring.size() == 1 ? Sharding.CONTIGUOUS : sharding,
                        exchange));
              }
            }
          }
        }
      }
    }
  }

  private static List<Integer> firstOnly(Sizes sizes) {
    return sizes.values().subList(0, 1);
  }
}
