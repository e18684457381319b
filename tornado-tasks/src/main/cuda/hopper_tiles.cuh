// Which keys a block of the Hopper kernel visits: tiles that some row may see, two at a time.
#pragma once
#include "units.cuh"

namespace ringflash {

// Two tiles of keys that are folded in together, in the order of the table; the second may be missing.
struct TilePair {
  static constexpr int NONE = -1;
  int tile[2];
  int full;  // whether all rows see 64 keys of both

  RF_INLINE bool any() const { return tile[0] != NONE; }
};

// The place of a block of so many query tiles: see Place in units.cuh.
template <int TILES>
struct HopperPlace {
  int rowHead;
  int firstTile;

  RF_INLINE explicit HopperPlace(const Parameters& p) {
    int rowHeads = read(p.shape, shape::ROW_HEADS);
    int blocks = (read(p.queryTiles, table::TILES) + TILES - 1) / TILES;
    firstTile = (blocks - 1 - static_cast<int>(blockIdx.x) / rowHeads) * TILES;
    rowHead = static_cast<int>(blockIdx.x) % rowHeads;
  }
};

// Goes through the tiles. A warp together: each lane looks at one of 32.
template <int TILES>
class TileWalk {
 public:
  RF_INLINE TileWalk(const Parameters& p, const HopperPlace<TILES>& place)
      : p_(p),
        place_(place),
        count_(read(p.keyTiles, table::TILES)),
        base_(-32),
        visible_(0),
        covered_(0) {}

  RF_INLINE TilePair next() {
    bool covered[2];
    TilePair pair;
    pair.tile[0] = nextTile(covered[0]);
    pair.tile[1] = nextTile(covered[1]);
    pair.full = covered[0] && covered[1];
    return pair;
  }

 private:
  RF_INLINE int nextTile(bool& covered) {
    while (visible_ == 0 && base_ + 32 < count_) {
      base_ += 32;
      look();
    }
    covered = false;
    if (visible_ == 0) {
      return TilePair::NONE;
    }
    int bit = __ffs(visible_) - 1;
    covered = covered_ >> bit & 1;
    visible_ &= visible_ - 1;
    return base_ + bit;
  }

  RF_INLINE void look() {
    Span keys = readSpan(p_.keyTiles, base_ + lane(), 0, table::TOKENS);
    Mask mask(p_.shape);
    bool seen = false;
    bool covered = keys.count == table::TOKENS;
#pragma unroll
    for (int i = 0; i < TILES; i++) {
      Span rows = readRows(p_, place_.firstTile + i, 0, table::TOKENS);
      seen = seen || mask.reaches(rows, keys);
      covered = covered && mask.covers(rows, keys);
    }
    visible_ = __ballot_sync(~0u, seen);
    covered_ = __ballot_sync(~0u, covered);
  }

  const Parameters& p_;
  HopperPlace<TILES> place_;
  int count_;
  int base_;
  uint32_t visible_;
  uint32_t covered_;
};

}  // namespace ringflash
