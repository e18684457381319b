package io.ringflash.engine;

import io.ringflash.attention.AttentionProblem;
import java.util.Optional;

/**
 * An open device. It runs one {@link ShardAttention} at a time; closing it frees all that it holds.
 */
public interface AttentionDevice extends AutoCloseable {
  DeviceInfo info();

  /**
   * Whether all work is done by threads of this program, the calling one first, which look at the
   * stop signal on the way: then nothing can keep a caller waiting that somebody else would have to
   * notice.
   */
  default boolean isEmbedded() {
    return false;
  }

  /**
   * Bytes of this device's memory that a share of a run takes at most at once; 0 if that is not
   * known.
   *
   * @throws IllegalArgumentException if the device has no such kernel for the problem
   */
  default long memoryBytes(ShardSize size) {
    return 0;
  }

  /** Bytes of this device's memory that a run may take now. */
  default long freeMemoryBytes() {
    return info().memoryBytes();
  }

  /**
   * Makes this device ready for its share of a run: chooses the kernel, allocates the state.
   *
   * @throws IllegalArgumentException if the device has no such kernel for the problem
   */
  ShardAttention prepare(ShardRequest request);

  /**
   * Measures for a fraction of a second what this device can do at most; devices that share a
   * processor measure right only while all of them measure at once.
   *
   * @param attnType kernel that the user asked for
   * @param problem that it is asked for; what matters is which arithmetic units compute it
   * @return empty if the engine has no probe for these units
   */
  default Optional<DevicePeaks> measurePeaks(AttnType attnType, AttentionProblem problem) {
    return Optional.empty();
  }

  /** Kernels that can be chosen from; empty if the device has one for each kind of problem. */
  default Optional<KernelChoice> kernelChoice() {
    return Optional.empty();
  }

  /**
   * Why {@link ShardAttention#copy} cannot bring blocks from {@code source}'s buffers to this
   * device's.
   *
   * @return empty if it can
   */
  default Optional<String> copyObstacle(AttentionDevice source) {
    return Optional.of("%s reaches no other device's memory".formatted(info().id()));
  }

  @Override
  void close();
}
