package io.ringflash.engine;

import io.ringflash.attention.PositionSlice;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values that travel together, as they lie in host memory.
 *
 * @param parts slices, in ascending order of their first key
 * @param lasting whether the memory keeps its content until the run ends, so that a device which
 *     shares it need not copy; otherwise it may change once the block is loaded
 */
public record KeyValueBlock(List<KeyValuePart> parts, boolean lasting) {
  /** A block whose memory may change once it is loaded. */
  public KeyValueBlock(List<KeyValuePart> parts) {
    this(parts, false);
  }

  /**
   * Kernels cut a slice's keys into tiles at a divisor of this, so that slices which begin at its
   * multiples make the same tiles however the sequence is cut into blocks.
   */
  public static final int CANONICAL_TILE = 256;

  /** Number of keys. */
  public long length() {
    long keys = 0;
    for (KeyValuePart part : parts) {
      keys += part.positions().length();
    }
    return keys;
  }

  /** Bytes of all keys and values. */
  public long byteSize() {
    long bytes = 0;
    for (KeyValuePart part : parts) {
      bytes += part.k().byteSize() + part.v().byteSize();
    }
    return bytes;
  }

  public List<PositionSlice> positions() {
    List<PositionSlice> positions = new ArrayList<>(parts.size());
    for (KeyValuePart part : parts) {
      positions.add(part.positions());
    }
    return positions;
  }

  /**
   * Some of the keys and values, in the same memory.
   *
   * @param keys neighbours of one of the slices each
   * @return this block if these are all
   * @throws IllegalArgumentException if there are others among them
   */
  public KeyValueBlock only(List<PositionSlice> keys) {
    return keys.equals(positions())
        ? this
        : new KeyValueBlock(keys.stream().map(this::part).toList(), lasting);
  }

  private KeyValuePart part(PositionSlice keys) {
    return parts.stream()
        .filter(part -> part.positions().contains(keys))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no part of the block has " + keys))
        .only(keys);
  }
}
