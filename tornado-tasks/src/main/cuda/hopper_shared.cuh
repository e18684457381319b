// What a block of the Hopper kernel keeps in shared memory, and who waits for whom there.
#pragma once
#include "hopper_instructions.cuh"
#include "hopper_tiles.cuh"

namespace ringflash {

constexpr int GROUP_THREADS = 128;

// Where a pair of tiles is written down in shared memory.
struct PairSlot {
  static constexpr int BYTES = 16;
  uint32_t address;

  RF_INLINE void write(const TilePair& pair) const {
    asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};" ::"r"(address), "r"(pair.tile[0]), "r"(pair.tile[1]),
                 "r"(pair.full), "r"(pair.last)
                 : "memory");
  }

  RF_INLINE TilePair read() const {
    TilePair pair;
    asm volatile("ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(pair.tile[0]), "=r"(pair.tile[1]), "=r"(pair.full), "=r"(pair.last)
                 : "r"(address)
                 : "memory");
    return pair;
  }
};

// 128 rows of K or V are two halves of 64 columns (one, if the head dimension is 64), each in rows of 128 bytes.
template <int D>
struct HopperShared {
  // Warp groups that multiply, with a query tile each; in some items only the first has one.
  static constexpr int GROUPS = D == 64 ? 3 : 2;
  // Warps that bring tiles, of one more warp group.
  static constexpr int PRODUCERS = 3;
  static constexpr int THREADS = (GROUPS + 1) * GROUP_THREADS;
  static constexpr int STAGES = D == 64 ? 6 : 3;
  static constexpr int ITEM_BYTES = 16;
  static constexpr int ITEMS = 2;  // that are known: one that is under way, and the next
  using Place = HopperPlace<GROUPS>;
  static constexpr int KEYS = 2 * table::TOKENS;
  static constexpr int COLUMNS = 64;
  static constexpr int ROW_BYTES = COLUMNS * 2;
  static constexpr int HALF_TILE = table::TOKENS * ROW_BYTES;
  static constexpr int HALF = 2 * HALF_TILE;
  static constexpr int HALVES = D / COLUMNS;
  static constexpr int QUERY_TILE = HALVES * HALF_TILE;
  static constexpr int BLOCK = HALVES * HALF;

  static constexpr int KEYS_AT = GROUPS * QUERY_TILE;
  static constexpr int VALUES_AT = KEYS_AT + STAGES * BLOCK;
  static constexpr int PAIRS_AT = VALUES_AT + STAGES * BLOCK;
  static constexpr int ITEMS_AT = PAIRS_AT + STAGES * PairSlot::BYTES;
  static constexpr int BARRIERS_AT = ITEMS_AT + ITEMS * ITEM_BYTES;
  // Beyond what swizzled tiles need to begin at a multiple of 1024.
  static constexpr int BYTES = BARRIERS_AT + (2 * ITEMS + 2 * GROUPS + 4 * STAGES) * 8;

  uint32_t base;

  RF_INLINE uint32_t queries(int group) const { return base + group * QUERY_TILE; }
  RF_INLINE uint32_t keys(int stage) const { return base + KEYS_AT + stage * BLOCK; }
  RF_INLINE uint32_t values(int stage) const { return base + VALUES_AT + stage * BLOCK; }
  RF_INLINE PairSlot pair(int stage) const { return {base + PAIRS_AT + stage * PairSlot::BYTES}; }

  RF_INLINE uint32_t item(int slot) const { return base + ITEMS_AT + slot * ITEM_BYTES; }
  RF_INLINE uint32_t itemFull(int slot) const { return base + BARRIERS_AT + slot * 8; }
  RF_INLINE uint32_t itemEmpty(int slot) const { return itemFull(ITEMS + slot); }
  RF_INLINE uint32_t queriesFull(int group) const { return itemFull(2 * ITEMS + group); }
  RF_INLINE uint32_t queriesEmpty(int group) const { return queriesFull(GROUPS + group); }
  RF_INLINE uint32_t keysFull(int stage) const { return barrier(0, stage); }
  RF_INLINE uint32_t keysEmpty(int stage) const { return barrier(1, stage); }
  RF_INLINE uint32_t valuesFull(int stage) const { return barrier(2, stage); }
  RF_INLINE uint32_t valuesEmpty(int stage) const { return barrier(3, stage); }

  RF_INLINE void initBarriers() const {
    constexpr int GROUP_WARPS = GROUP_THREADS / 32;
    constexpr int CONSUMERS = GROUPS * GROUP_WARPS;
    for (int slot = 0; slot < ITEMS; slot++) {
      initBarrier(itemFull(slot), 1);
      // All but the warp that takes items.
      initBarrier(itemEmpty(slot), CONSUMERS + PRODUCERS - 1);
    }
    for (int group = 0; group < GROUPS; group++) {
      initBarrier(queriesFull(group), 1);
      initBarrier(queriesEmpty(group), GROUP_WARPS);
    }
    for (int stage = 0; stage < STAGES; stage++) {
      initBarrier(keysFull(stage), 1);
      initBarrier(valuesFull(stage), 1);
      initBarrier(keysEmpty(stage), CONSUMERS);
      initBarrier(valuesEmpty(stage), CONSUMERS);
    }
    publishBarriers();
  }

 private:
  RF_INLINE uint32_t barrier(int kind, int stage) const { return queriesFull(2 * GROUPS + kind * STAGES + stage); }
};

// Counts through the stages.
template <int STAGES>
struct StageCounter {
  int stage = 0;
  int parity = 0;

  RF_INLINE void turn() {
    if (++stage == STAGES) {
      stage = 0;
      parity ^= 1;
    }
  }
};

}  // namespace ringflash
