package io.ringflash.engine;

/**
 * A device's memory for one K/V block. Only the {@link ShardAttention} that made it looks inside.
 */
public interface KeyValueBuffer extends AutoCloseable {
  /** Frees the memory. */
  @Override
  void close();
}
