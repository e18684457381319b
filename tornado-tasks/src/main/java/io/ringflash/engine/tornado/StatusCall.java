package io.ringflash.engine.tornado;

/** A call of a driver's function through a method handle. */
@FunctionalInterface
interface StatusCall {
  /**
   * @return the driver's status
   */
  int run() throws Throwable;

  /** The status, with whatever Java threw as it is. */
  static int of(StatusCall call) {
    try {
      return call.run();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
