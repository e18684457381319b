// Which keys a block of the Hopper kernel visits: tiles that some row may see, two at a time.
#pragma once
#include "units.cuh"

namespace ringflash {

// Two tiles of keys that are folded in together, in the order of the table; the second may be missing.
struct TilePair {
  static constexpr int NONE = -1;
  int tile[2];
  int full;  // whether all rows see 64 keys of both
  int last;  // of its item

  RF_INLINE bool any() const { return tile[0] != NONE; }
};

// The place of an item: see Place in units.cuh. Some heads at a time, so that their keys stay in the cache. Items of one
// tile come last, when there is less left to do than the device has room for.
template <int TILES>
struct HopperPlace {
  int rowHead;
  int firstTile;
  int tiles;

  RF_INLINE HopperPlace(const Grid& grid, int item) {
    int allWholes = grid.rowHeads * grid.wholes;
    bool whole = item < allWholes;
    int among = whole ? item : item - allWholes;
    int perHead = whole ? grid.wholes : grid.singles;
    tiles = whole ? TILES : 1;
    int firstHead = among / (perHead * grid.atOnce) * grid.atOnce;
    int heads = min(grid.rowHeads - firstHead, grid.atOnce);
    int inHeads = among - firstHead * perHead;
    firstTile = grid.firstTile + (whole ? grid.singles : 0) + (perHead - 1 - inHeads / heads) * tiles;
    rowHead = firstHead + inHeads % heads;
  }
};

// Goes through the tiles, a warp together: first each lane looks whether some row may see any of 32 neighbouring tiles,
// then, where that may be, each lane looks at one of them.
template <int TILES>
class TileWalk {
 public:
  // Of a block with `tiles` query tiles from `firstTile` on.
  RF_INLINE TileWalk(const Parameters& p, int firstTile, int tiles)
      : p_(p),
        firstTile_(firstTile),
        tiles_(tiles),
        count_(read(p.keyTiles, table::TILES)),
        firstGroup_(-GROUP * GROUP),
        groups_(0),
        base_(0),
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
  static constexpr int GROUP = 32;

  RF_INLINE int nextTile(bool& covered) {
    while (visible_ == 0 && nextGroup()) {
      lookAtTiles();
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

  RF_INLINE bool nextGroup() {
    while (groups_ == 0 && firstGroup_ + GROUP * GROUP < count_) {
      firstGroup_ += GROUP * GROUP;
      lookAtGroups();
    }
    if (groups_ == 0) {
      return false;
    }
    base_ = firstGroup_ + (__ffs(groups_) - 1) * GROUP;
    groups_ &= groups_ - 1;
    return true;
  }

  // Tiles of one slice, or of slices without gaps, are taken together: positions ascend in a table. Others are all
  // looked at.
  RF_INLINE void lookAtGroups() {
    int first = firstGroup_ + lane() * GROUP;
    int last = min(first + GROUP, count_) - 1;
    Span keys = readSpan(p_.keyTiles, first, 0, table::TOKENS);
    Span end = readSpan(p_.keyTiles, last, 0, table::TOKENS);
    bool together = keys.joint == end.joint && keys.stride == end.stride &&
                    end.first - keys.first == (last - first) * table::TOKENS * keys.stride;
    keys.count = (last - first) * table::TOKENS + end.count;
    bool seen = !together;
#pragma unroll
    for (int i = 0; i < TILES; i++) {
      seen = seen || Mask(p_.shape).reaches(rows(i), keys);
    }
    groups_ = __ballot_sync(~0u, first < count_ && seen);
  }

  RF_INLINE void lookAtTiles() {
    Span keys = readSpan(p_.keyTiles, base_ + lane(), 0, table::TOKENS);
    Mask mask(p_.shape);
    bool seen = false;
    bool covered = keys.count == table::TOKENS;
#pragma unroll
    for (int i = 0; i < TILES; i++) {
      seen = seen || mask.reaches(rows(i), keys);
      covered = covered && mask.covers(rows(i), keys);
    }
    visible_ = __ballot_sync(~0u, seen);
    covered_ = __ballot_sync(~0u, covered);
  }

  // Of the block's i-th tile; none beyond its last.
  RF_INLINE Span rows(int i) const {
    Span rows = readRows(p_, firstTile_ + i, 0, table::TOKENS);
    rows.count = i < tiles_ ? rows.count : 0;
    return rows;
  }

  const Parameters& p_;
  int firstTile_;
  int tiles_;
  int count_;
  int firstGroup_;  // the first tile of the 32 groups last looked at, and which of these are left
  uint32_t groups_;
  int base_;  // the first of the 32 tiles last looked at, and which of these are left
  uint32_t visible_;
  uint32_t covered_;
};

}  // namespace ringflash
