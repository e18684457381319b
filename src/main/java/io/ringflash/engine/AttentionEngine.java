package io.ringflash.engine;

import java.util.List;

/**
 * Offers devices of one kind. Engines are stateless: whatever needs closing belongs to the devices
 * that {@link #open} returns.
 */
public interface AttentionEngine {
  /** The part of a device's name before the colon. */
  String name();

  /** Preference among engines when the user names no device; the highest available one is used. */
  int priority();

  /**
   * The devices that exist without being asked for by index.
   *
   * @throws EngineUnavailableException if the engine cannot run here
   */
  List<DeviceInfo> devices();

  /**
   * Opens the devices of one ring, together, so that they can divide what they share.
   *
   * @param indices of the devices, without duplicates
   * @return one device per index, in that order; the caller closes each
   * @throws EngineUnavailableException if the engine cannot run here, or has no such device
   */
  List<AttentionDevice> open(List<Integer> indices);
}
