package io.ringflash.experiment.bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.ringflash.attention.AttentionShape;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One measurement on one line, with the field names that comparators' records have, too. Quantities
 * that nobody measured are null.
 *
 * @param engine of the devices, or a comparator's name
 * @param attnType kernel that was asked for
 * @param devices in rank order, comma-separated
 * @param threads that cpu devices share; 0 without any
 * @param window {@code L,R}, or {@value MaskText#NO_WINDOW}
 * @param medianMillis of a whole call
 * @param tflops 10¹² floating-point operations per second of the two products over visible pairs
 * @param verified whether the result was held against the FP64 oracle first, and passed
 * @param kernel that computed
 * @param jointTokens keys and values that every query sees
 * @param ciLowMillis lower end of the median's confidence interval
 * @param ciHighMillis upper end
 * @param samples number of timed calls
 * @param kernelMillis time that the busiest rank computed
 * @param exposedMillis time that it waited for K/V blocks
 * @param hiddenMillis time that its transfers took beside its computing
 * @param hostMillis everything else: preparing, dividing, rounding, writing, allocating
 * @param peakShare of what the devices can do at most
 * @param ringEfficiency speed relative to that of one device times the devices
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record BenchRecord(
    String engine,
    String attnType,
    String devices,
    int threads,
    String dtype,
    int batch,
    int heads,
    int kvHeads,
    long seqQ,
    long seqK,
    int headDim,
    boolean causal,
    String window,
    String sharding,
    String exchange,
    double medianMillis,
    double tflops,
    boolean verified,
    @Nullable String kernel,
    int jointTokens,
    @Nullable Double ciLowMillis,
    @Nullable Double ciHighMillis,
    @Nullable Integer samples,
    @Nullable Double kernelMillis,
    @Nullable Double exposedMillis,
    @Nullable Double hiddenMillis,
    @Nullable Double hostMillis,
    @Nullable Double peakShare,
    @Nullable Double ringEfficiency) {
  private static final double MILLI = 1e3;
  private static final double TERA = 1e12;

  /** Comparators leave out what does not concern them. */
  public BenchRecord {
    devices = devices == null ? "" : devices;
    window = window == null || window.equals("-1,-1") ? MaskText.NO_WINDOW : window;
    sharding = sharding == null ? "" : sharding;
    exchange = exchange == null ? "" : exchange;
  }

  /** The record of a case. */
  static BenchRecord of(BenchCase benchCase, Timing timing) {
    AttentionShape shape = benchCase.shape();
    return new BenchRecord(
        benchCase.ring().engines(),
        benchCase.attnType().label(),
        benchCase.ring().toString(),
        benchCase.recordedThreads(),
        benchCase.dtype().label(),
        shape.batch(),
        shape.heads(),
        shape.kvHeads(),
        shape.seqLenQ(),
        shape.seqLenK(),
        shape.headDim(),
        benchCase.mask().causal(),
        MaskText.window(benchCase.mask()),
        benchCase.sharding().label(),
        benchCase.exchange().label(),
        timing.medianSeconds() * MILLI,
        timing.flopsPerSecond() / TERA,
        true,
        timing.kernel(),
        benchCase.jointTokens(),
        timing.interval().low() * MILLI,
        timing.interval().high() * MILLI,
        timing.samples(),
        timing.split().kernelSeconds() * MILLI,
        timing.split().exposedSeconds() * MILLI,
        timing.split().hiddenSeconds() * MILLI,
        timing.split().hostSeconds() * MILLI,
        timing.peakShare(),
        timing.ringEfficiency());
  }

  /** What was measured, without how it went: equal for measurements that can be compared. */
  public String subject() {
    return Stream.of(
            devices.isEmpty() ? engine : devices,
            threads == 0 ? "" : threads + " threads",
            attnType,
            sharding,
            exchange,
            problem())
        .filter(word -> !word.isEmpty())
        .collect(Collectors.joining(" "));
  }

  /** The problem that was solved, whatever solved it. */
  public String problem() {
    String sizes = "%s %s %dx%dx%dx%d".formatted(dtype, mask(), batch, seqQ, heads, headDim);
    boolean plain = seqK == seqQ && kvHeads == heads;
    return sizes
        + (plain ? "" : " of %dx%d".formatted(seqK, kvHeads))
        + (jointTokens == 0 ? "" : " joint %d".formatted(jointTokens));
  }

  /** Whether the other record is of the same problem, engine and kernel. */
  boolean comparableRing(BenchRecord other) {
    return problem().equals(other.problem())
        && engine.equals(other.engine)
        && attnType.equals(other.attnType);
  }

  /** Number of devices; comparators may name none. */
  public int ranks() {
    return devices.isEmpty() ? 1 : devices.split(",", -1).length;
  }

  /** Number of processes that the devices are spread over. */
  public int processes() {
    return (int)
        Arrays.stream(devices.split(",", -1))
            .map(device -> device.substring(0, device.indexOf('/') + 1))
            .distinct()
            .count();
  }

  /** The mask as one word. */
  public String mask() {
    String name = causal ? "causal" : "full";
    return window.equals(MaskText.NO_WINDOW) ? name : name + " window " + window;
  }
}
