package io.ringflash.ring;

import java.util.Locale;

/** Which exchange a ring gets. */
public enum ExchangeKind {
  /** The faster one, as measured. */
  AUTO,
  /** Each device takes blocks from host memory. */
  HOST,
  /** Each device takes blocks from the device before it. */
  PEER;

  /** The name used on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** An exchange of this kind. */
  public Exchange create() {
    return switch (this) {
      case AUTO -> new AutoExchange();
      case HOST -> HostExchange.create();
      case PEER -> new PeerExchange();
    };
  }
}
