package io.ringflash.ring;

import io.ringflash.engine.KeyValueBuffer;

/** Passes every call on: what a test does differently, it overrides. */
public class ForwardingTransfers implements Transfers {
  private final Transfers transfers;

  public ForwardingTransfers(Transfers transfers) {
    this.transfers = transfers;
  }

  @Override
  public ExchangeWay way() {
    return transfers.way();
  }

  @Override
  public Transfer start(BlockRequest request) {
    return transfers.start(request);
  }

  @Override
  public long bring(BlockRequest request) {
    return transfers.bring(request);
  }

  @Override
  public boolean waitsForOthers(BlockRequest request) {
    return transfers.waitsForOthers(request);
  }

  @Override
  public void handOver(KeyValueBuffer buffer) {
    transfers.handOver(buffer);
  }

  @Override
  public void withdraw(KeyValueBuffer buffer) {
    transfers.withdraw(buffer);
  }

  @Override
  public void stop() {
    transfers.stop();
  }
}
