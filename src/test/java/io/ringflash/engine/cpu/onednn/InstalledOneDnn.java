package io.ringflash.engine.cpu.onednn;

import io.ringflash.engine.EngineUnavailableException;
import org.opentest4j.TestAbortedException;

/** The library, where the loader finds it. */
public final class InstalledOneDnn {
  private InstalledOneDnn() {}

  /** Ends a test that needs it as one that does not run here. */
  public static OneDnn require() {
    try {
      return OneDnn.load();
    } catch (EngineUnavailableException e) {
      throw new TestAbortedException("Assumption failed: the loader finds no oneDNN 3");
    }
  }
}
