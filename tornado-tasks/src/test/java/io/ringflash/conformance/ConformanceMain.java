package io.ringflash.conformance;

import io.ringflash.RingFlashAttention;
import io.ringflash.engine.AttnType;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Conformance cases where there is no test framework, such as on a GPU host. Arguments: devices,
 * first seed, end of seeds, most seconds, and the kernel, if it should be another than the one that
 * the device chooses: what it refuses is counted.
 */
final class ConformanceMain {
  private ConformanceMain() {}

  public static void main(String[] args) {
    List<String> devices = List.of(args[0].split(","));
    long deadline = System.nanoTime() + Long.parseLong(args[3]) * 1_000_000_000L;
    AttnType attnType = args.length > 4 ? AttnType.parse(args[4]) : AttnType.AUTO;
    Map<Integer, RingFlashAttention> rings = new HashMap<>();
    int passed = 0;
    int failed = 0;
    int refused = 0;
    for (long seed = Long.parseLong(args[1]); seed < Long.parseLong(args[2]); seed++) {
      if (System.nanoTime() > deadline) {
        System.out.println("out of time before seed " + seed);
        break;
      }
      ConformanceCase test = ConformanceCase.random(seed, devices.size());
      RingFlashAttention ring =
          rings.computeIfAbsent(
              test.devices(),
              count -> RingFlashAttention.on(String.join(",", devices.subList(0, count))));
      try (Arena arena = Arena.ofShared()) {
        CaseData data = new CaseData(arena, test);
        new AccuracyCheck(data, data.run(ring, attnType)).run();
        passed++;
      } catch (IllegalArgumentException e) {
        refused++;
      } catch (RuntimeException | AssertionError e) {
        failed++;
        System.out.printf("FAILED %s%n  %s%n", test, e);
      }
    }
    System.out.printf(
        "%s, %s: %d passed, %d failed, %d refused%n",
        args[0], attnType.label(), passed, failed, refused);
    boolean complete = refused == 0 || attnType != AttnType.AUTO;
    System.exit(failed == 0 && complete ? 0 : 1);
  }
}
