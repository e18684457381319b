package io.ringflash.ring;

/**
 * How K/V blocks travel, for reports.
 *
 * @param name {@code host} or {@code peer}
 * @param reason why it was chosen; empty if it was asked for
 */
public record ExchangeWay(String name, String reason) {
  /** Through host memory, as asked for. */
  public static final ExchangeWay HOST = new ExchangeWay("host", "");

  /** From device to device, as asked for. */
  public static final ExchangeWay PEER = new ExchangeWay("peer", "");
}
