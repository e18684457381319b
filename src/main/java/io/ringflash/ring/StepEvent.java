package io.ringflash.ring;

import io.ringflash.ring.RankReport.StepReport;
import java.util.Locale;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * A ring step in a JDK Flight Recorder file; the event lasts as long as the step computes. Costs
 * next to nothing while nobody records.
 */
@Name("io.ringflash.Step")
@Label("Ring Step")
@Category("RingFlash")
@Description("What one device computed, received and waited for at one step of the ring")
@StackTrace(false)
final class StepEvent extends Event {
  @Label("Rank")
  int rank;

  @Label("Device")
  @Nullable String device;

  @Label("Step")
  @Description("Index in the ring, -1 for the joint block")
  int step;

  @Label("Block")
  @Description("K/V block that was folded in, -1 for the joint block")
  int block;

  @Label("Mask")
  @Description("How much of the block was visible: full or partial")
  @Nullable String mask;

  @Label("Keys")
  long keys;

  @Label("Bytes")
  @Description("Keys and values that travelled to the device for this step")
  @DataAmount
  long bytes;

  @Label("Transfer Time")
  @Timespan(Timespan.NANOSECONDS)
  long transferTime;

  @Label("Wait Time")
  @Description("Time without a block before this step")
  @Timespan(Timespan.NANOSECONDS)
  long waitTime;

  /** Ends the event, and fills it in if somebody records. */
  void commit(int reportingRank, String deviceId, StepReport report) {
    end();
    if (shouldCommit()) {
      rank = reportingRank;
      device = deviceId;
      step = report.step().index();
      block = report.step().block();
      mask = report.step().mask().name().toLowerCase(Locale.ROOT);
      keys = report.keys();
      bytes = report.bytes();
      transferTime = report.transferNanos();
      waitTime = report.waitNanos();
      commit();
    }
  }
}
