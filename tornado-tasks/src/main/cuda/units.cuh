// Which keys a block visits. The block's query positions are compared with whole tiles of 64 keys: a
// run of neighbouring tiles that all rows see takes the fast loop, other visible tiles are folded
// one by one, the rest costs nothing. Keys are folded in units of 32.
#pragma once
#include "parameters.cuh"

// Rows of a warp, 16 or 32: a kernel's file may choose.
#ifndef RF_WARP_ROWS
#define RF_WARP_ROWS 32
#endif

namespace ringflash {

constexpr int UNIT = 32;
constexpr int UNITS_PER_TILE = table::TOKENS / UNIT;
constexpr int BLOCK_ROWS = 128;
constexpr int WARP_ROWS = RF_WARP_ROWS;
constexpr int WARPS = BLOCK_ROWS / WARP_ROWS;
constexpr int THREADS = WARPS * 32;
constexpr int WARPS_PER_TILE = table::TOKENS / WARP_ROWS;

// Neighbouring tokens of one tile: a warp's queries or a unit's keys.
struct Span {
  int first;
  int count;
  int stride;
  int joint;

  RF_INLINE int last() const { return first + (count - 1) * stride; }
};

// Tokens [from, from + room) of a tile; none if the tile is beyond the table.
RF_INLINE Span readSpan(const int* tiles, int tile, int from, int room) {
  Span s = {0, 0, 1, 0};
  if (tile < read(tiles, table::TILES)) {
    s.stride = read(tiles, tile, table::STRIDE);
    s.first = read(tiles, tile, table::START) + from * s.stride;
    s.count = min(max(read(tiles, tile, table::COUNT) - from, 0), room);
    s.joint = read(tiles, tile, table::JOINT);
  }
  return s;
}

// Which keys a row sees, as distances from its position.
struct Mask {
  int lowest;
  int highest;

  RF_INLINE explicit Mask(const int* shapeInts)
      : lowest(read(shapeInts, shape::LOWEST_OFFSET)), highest(read(shapeInts, shape::HIGHEST_OFFSET)) {}

  // Whether some key may be visible to some row. `rows` are positions.
  RF_INLINE bool reaches(const Span& rows, const Span& keys) const {
    bool any = rows.count > 0 && keys.count > 0;
    bool inside = keys.last() - rows.first >= lowest && keys.first - rows.last() <= highest;
    return any && (rows.joint || keys.joint || inside);
  }

  // Whether all rows see all keys.
  RF_INLINE bool covers(const Span& rows, const Span& keys) const {
    bool inside = keys.first - rows.last() >= lowest && keys.last() - rows.first <= highest;
    return rows.count == 0 || rows.joint || keys.joint || inside;
  }
};

// Positions of the rows of a query tile, or of a part of it.
RF_INLINE Span readRows(const Parameters& p, int tile, int from, int room) {
  Span rows = readSpan(p.queryTiles, tile, from, room);
  rows.first += read(p.shape, shape::QUERY_OFFSET);
  return rows;
}

// 32 keys: half a tile. Negative after the last.
struct Unit {
  static constexpr int FULL = 1, BEHIND = 2;
  int code;

  RF_INLINE bool any() const { return code >= 0; }
  // Whether all rows of the block see all 32 keys.
  RF_INLINE bool full() const { return code & FULL; }
  // Whether it lies behind the unit before it in memory.
  RF_INLINE bool behind() const { return code & BEHIND; }
  RF_INLINE int index() const { return code >> 2; }
  RF_INLINE int tile() const { return index() / UNITS_PER_TILE; }
  RF_INLINE int from() const { return index() % UNITS_PER_TILE * UNIT; }
  RF_INLINE void skip(int units) { code += units * 4; }
};

// The block's place in the grid. Heads vary fastest: blocks that run together read the keys of many heads,
// not the same keys at once. The last rows of a causal slice, which see most keys, begin first, so that
// the grid ends with small work.
struct Place {
  int rowHead;
  int rowPair;  // of query tiles

  RF_INLINE Place(int rowHead, int rowPair) : rowHead(rowHead), rowPair(rowPair) {}

  RF_INLINE explicit Place(const Parameters& p) {
    int rowHeads = read(p.shape, shape::ROW_HEADS);
    int pairs = (read(p.queryTiles, table::TILES) + 1) / 2;
    rowPair = pairs - 1 - blockIdx.x / rowHeads;
    rowHead = blockIdx.x % rowHeads;
  }

  // Where this warp's rows are: the tile, which may be beyond the table, and the first row's number in it.
  RF_INLINE int queryTile() const { return rowPair * 2 + warp() / WARPS_PER_TILE; }
  static RF_INLINE int rowInTile() { return warp() % WARPS_PER_TILE * WARP_ROWS; }
};

// Goes through the units that some row of the block may see; all warps find the same ones. What it
// knows takes one register: each lane of the warp keeps one word of it.
class Units {
 public:
  RF_INLINE Units(const Parameters& p, const Place& place) : p_(p), word_(0) {
    Span own = readRows(p, place.queryTile(), place.rowInTile(), WARP_ROWS);
    put(NEXT, 0);
    put(END, 0);
    put(BASE, -32);
    put(VISIBLE, 0);
    put(ROW_PAIR, place.rowPair);
    put(ROW_HEAD, place.rowHead);
    put(OWN_FIRST, own.first);
    put(OWN_COUNT, own.count);
    put(OWN_STRIDE, own.stride);
    put(OWN_JOINT, own.joint);
  }

  // What the constructor was told.
  RF_INLINE Place place() const { return {get(ROW_HEAD), get(ROW_PAIR)}; }

  // Positions of this warp's rows.
  RF_INLINE Span ownRows() const { return {get(OWN_FIRST), get(OWN_COUNT), get(OWN_STRIDE), get(OWN_JOINT)}; }

  RF_INLINE Unit next() {
    int unit = get(NEXT);
    int behind = Unit::BEHIND;
    if (unit == get(END)) {
      findRun();
      unit = get(NEXT);
      if (unit == get(END)) {
        return {-1};
      }
      behind = 0;
    }
    skip(1);
    return {unit * 4 + behind + (get(FULL) ? Unit::FULL : 0)};
  }

  // How many units follow the last one in a run of full ones; they lie behind it in memory, too.
  RF_INLINE int ahead() const { return get(FULL) ? get(END) - get(NEXT) : 0; }

  RF_INLINE void skip(int units) { put(NEXT, get(NEXT) + units); }

 private:
  enum Word {
    NEXT,  // unit, and the end of the run it is in
    END,
    FULL,
    BASE,  // of the 32 tiles last looked at, and what is left of them
    VISIBLE,
    COVERED,
    BEHIND,
    ROW_HEAD,
    ROW_PAIR,
    OWN_FIRST,
    OWN_COUNT,
    OWN_STRIDE,
    OWN_JOINT
  };

  // What holds of 32 neighbouring tiles, a bit each.
  struct Tiles {
    int base;
    uint32_t visible;  // some row sees some key
    uint32_t covered;  // 64 keys, and all rows see them
    uint32_t behind;   // the tile follows its predecessor in memory
  };

  RF_INLINE int get(Word word) const { return __shfl_sync(~0u, word_, word); }
  RF_INLINE void put(Word word, int value) { word_ = lane() == word ? value : word_; }

  static RF_INLINE int trailingOnes(uint32_t x) { return x == ~0u ? 32 : __ffs(~x) - 1; }
  static RF_INLINE uint32_t without(uint32_t x, int lowBits) { return lowBits >= 32 ? 0u : x >> lowBits << lowBits; }

  RF_INLINE void scan(Tiles& t, int tileCount) const {
    t.base += 32;
    int tile = t.base + lane();
    Span keys = readSpan(p_.keyTiles, tile, 0, table::TOKENS);
    int before = max(min(tile, tileCount - 1) - 1, 0);
    bool behind = tile > 0 && tile < tileCount &&
                  read(p_.keyTiles, tile, table::SOURCE) == read(p_.keyTiles, before, table::SOURCE) + table::TOKENS;
    int pair = get(ROW_PAIR);
    Span upper = readRows(p_, pair * 2, 0, table::TOKENS);
    Span lower = readRows(p_, pair * 2 + 1, 0, table::TOKENS);
    Mask mask(p_.shape);
    t.visible = __ballot_sync(~0u, mask.reaches(upper, keys) || mask.reaches(lower, keys));
    t.covered = __ballot_sync(
        ~0u, keys.count == table::TOKENS && mask.covers(upper, keys) && mask.covers(lower, keys));
    t.behind = __ballot_sync(~0u, behind);
  }

  // The next tile that is visible, and those behind it if they are full.
  RF_INLINE void findRun() {
    int tileCount = read(p_.keyTiles, table::TILES);
    Tiles t = {get(BASE), static_cast<uint32_t>(get(VISIBLE)), static_cast<uint32_t>(get(COVERED)),
               static_cast<uint32_t>(get(BEHIND))};
    int first = -1;
    int end = 0;
    bool full = false;
    // Once to find the run, then again for as long as it reaches the end of the 32 tiles.
#pragma unroll 1
    while (true) {
      if (first < 0 && t.visible != 0) {
        int bit = __ffs(t.visible) - 1;
        first = t.base + bit;
        full = t.covered >> bit & 1;
        int count = full ? 1 + trailingOnes((t.covered & t.behind) >> bit >> 1) : 1;
        end = first + count;
        t.visible = without(t.visible, bit + count);
      } else if (first >= 0) {
        int count = trailingOnes(t.covered & t.behind);
        end += count;
        t.visible = without(t.visible, count);
      }
      bool goesOn = first < 0 || (full && end == t.base + 32);
      if (!goesOn || t.base + 32 >= tileCount) {
        break;
      }
      scan(t, tileCount);
    }
    int units = (end - first) * UNITS_PER_TILE;
    if (first >= 0 && !full) {
      units = (read(p_.keyTiles, first, table::COUNT) + UNIT - 1) / UNIT;
    }
    put(NEXT, first * UNITS_PER_TILE);
    put(END, first * UNITS_PER_TILE + (first < 0 ? 0 : units));
    put(FULL, full);
    put(BASE, t.base);
    put(VISIBLE, t.visible);
    put(COVERED, t.covered);
    put(BEHIND, t.behind);
  }

  const Parameters& p_;
  int word_;
};

}  // namespace ringflash
