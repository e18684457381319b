package io.ringflash.ring;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a run did.
 *
 * @param schedule that it followed
 * @param ranks what each rank did, in rank order
 * @param nanos wall time from the first allocation to the last output
 * @param processes what each process received, in order; empty if there is only one
 * @param losses devices that failed before these ones did the work
 * @param checkNanos time that threads spent comparing K/V blocks with what left, in all; part of
 *     the transfers' time
 * @param exchange how blocks reached the devices
 */
public record RingReport(
    RingSchedule schedule,
    List<RankReport> ranks,
    long nanos,
    List<ProcessReport> processes,
    List<DeviceLoss> losses,
    long checkNanos,
    ExchangeWay exchange) {
  /** A plain run of one process. */
  public RingReport(
      RingSchedule schedule, List<RankReport> ranks, long nanos, ExchangeWay exchange) {
    this(schedule, ranks, nanos, List.of(), List.of(), 0, exchange);
  }

  /** The same after others have failed. */
  public RingReport after(List<DeviceLoss> earlier) {
    return new RingReport(schedule, ranks, nanos, processes, earlier, checkNanos, exchange);
  }

  /** Kernels that computed, each named once. */
  public String kernels() {
    return ranks.stream().map(RankReport::kernel).distinct().collect(Collectors.joining(", "));
  }

  /** Bytes that all ranks' transfers moved. */
  public long bytes() {
    return ranks.stream().mapToLong(RankReport::bytes).sum();
  }
}
