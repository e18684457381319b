package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

class SharedBlocksTest {
  private static final int TOKENS = 1024;
  private static final AttentionShape SHAPE = new AttentionShape(1, TOKENS, TOKENS, 2, 2, 40);

  @Test
  void holdersOfABlockShareIt() {
    try (Arena arena = Arena.ofShared();
        SharedBlocks blocks = new SharedBlocks()) {
      KeyValueBlock block = block(arena);
      KeyValueBlock other = block(arena);
      PackedBlock first = blocks.hold(SHAPE, block);
      assertThat(blocks.hold(SHAPE, block)).isSameAs(first);
      assertThat(blocks.hold(SHAPE, other)).isNotSameAs(first);
      blocks.release(block);
      assertThat(blocks.hold(SHAPE, block)).isSameAs(first);
      blocks.release(block);
      blocks.release(block);
      blocks.release(other);
    }
  }

  @Test
  void nobodyHoldsWhatAllHaveReleased() {
    try (Arena arena = Arena.ofShared();
        SharedBlocks blocks = new SharedBlocks()) {
      KeyValueBlock block = block(arena);
      PackedBlock first = blocks.hold(SHAPE, block);
      blocks.release(block);
      assertThat(blocks.hold(SHAPE, block)).isNotSameAs(first);
      blocks.release(block);
      assertThatThrownBy(() -> blocks.release(block)).isInstanceOf(IllegalStateException.class);
    }
  }

  /** Whoever packs a tile, and however many begin at once, every thread finds all of its head. */
  @Test
  void threadsPackTogether() throws Exception {
    try (Arena arena = Arena.ofShared();
        SharedBlocks blocks = new SharedBlocks()) {
      KeyValueBlock block = block(arena);
      MemorySegment room =
          arena.allocate(PackedBlock.byteSize(SHAPE, block), PackedBlock.ALIGNMENT);
      PackedBlock alone = new PackedBlock(SHAPE, block, room);
      requireAll(alone);
      for (int round = 0; round < 20; round++) {
        PackedBlock together = blocks.hold(SHAPE, block);
        together.data().fill((byte) 1);
        packAtOnce(together, alone);
        blocks.release(block);
      }
    }
  }

  private static void packAtOnce(PackedBlock together, PackedBlock expected) throws Exception {
    int threads = 3;
    CyclicBarrier start = new CyclicBarrier(threads);
    List<Long> mismatches = new ArrayList<>();
    List<Thread> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      running.add(
          Thread.ofPlatform()
              .start(() -> {
                await(start);
                requireAll(together);
                long mismatch = together.data().mismatch(expected.data());
                synchronized (mismatches) {
                  mismatches.add(mismatch);
                }
              }));
    }
    for (Thread thread : running) {
      thread.join();
    }
    assertThat(mismatches).hasSize(threads).containsOnly(-1L);
  }

  private static void requireAll(PackedBlock block) {
    Packer packer = new Packer();
    for (int head = 0; head < block.heads(); head++) {
      block.require(head, packer);
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static KeyValueBlock block(Arena arena) {
    PositionSlice positions = PositionSlice.contiguous(0, TOKENS);
    return new KeyValueBlock(
        List.of(new KeyValuePart(positions, tensor(arena, 1), tensor(arena, 2))), true);
  }

  private static Tensor tensor(Arena arena, int seed) {
    Tensor tensor = Tensor.allocate(arena, DType.FP32, 1, TOKENS, SHAPE.kvHeads(), SHAPE.headDim());
    for (long token = 0; token < TOKENS; token++) {
      for (int d = 0; d < SHAPE.headDim(); d++) {
        tensor.set(seed + token * 0.5f + d * 0.01f, 0, token, token % 2, d);
      }
    }
    return tensor;
  }
}
