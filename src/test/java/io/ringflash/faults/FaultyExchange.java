package io.ringflash.faults;

import io.ringflash.engine.StopSignal;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.CallLog.Event;
import io.ringflash.ring.BlockRequest;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.Exchange;
import io.ringflash.ring.ForwardingTransfers;
import io.ringflash.ring.RingJob;
import io.ringflash.ring.Transfers;

/** Any exchange, whose calls a test may interfere with; they are logged. */
public final class FaultyExchange implements Exchange {
  private static final StopSignal NEVER = () -> false;

  private final Exchange exchange;
  private final CallLog log;
  private final Interference interference;

  /**
   * @param exchange does the work
   */
  public FaultyExchange(Exchange exchange, CallLog log, Interference interference) {
    this.exchange = exchange;
    this.log = log;
    this.interference = interference;
  }

  @Override
  public Transfers begin(DeviceGroup group, RingJob job) {
    return new FaultyTransfers(exchange.begin(group, job));
  }

  @Override
  public void close() {
    exchange.close();
  }

  private final class FaultyTransfers extends ForwardingTransfers {
    FaultyTransfers(Transfers transfers) {
      super(transfers);
    }

    @Override
    public Transfer start(BlockRequest request) {
      Event event = begin(Call.POST, request);
      Transfer transfer = super.start(travelling(event, request));
      interference.afterwards(event, NEVER);
      return () -> {
        long nanos = transfer.await();
        interference.afterwards(begin(Call.ARRIVAL, request), NEVER);
        return nanos;
      };
    }

    @Override
    public long bring(BlockRequest request) {
      Event event = begin(Call.BRING, request);
      long nanos = super.bring(travelling(event, request));
      interference.afterwards(event, NEVER);
      return nanos;
    }

    private Event begin(Call call, BlockRequest request) {
      Event event = new Event(request.rank(), call, FaultyDevice.name(request.block()));
      log.add(event);
      interference.during(event, NEVER);
      return event;
    }

    private BlockRequest travelling(Event event, BlockRequest request) {
      return new BlockRequest(
          request.rank(),
          request.turn(),
          request.index(),
          request.shard(),
          request.buffer(),
          interference.travelling(event, request.block()));
    }
  }
}
