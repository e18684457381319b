// What a mask and the other options make of a warp's scores and weights, given the positions of its rows
// and of a unit's keys.
#pragma once
#include "options.cuh"
#include "rows.cuh"

namespace ringflash {

// Distances between a warp's rows and a unit's keys, and which of them the mask leaves visible.
struct View {
  int distance;
  int keyStride;
  int rowStride;
  int live;
  int lowest;
  unsigned range;
  int position;  // of the lane's first row
  int key;       // index of its first key
  bool jointQuery;
  bool jointKey;
  bool seen;  // whether some row may see some key
  bool full;  // whether all rows see all 32 keys

  RF_INLINE View(const Parameters& p, const Units& units, Unit unit) {
    Span keys = readSpan(p.keyTiles, unit.tile(), unit.from(), UNIT);
    Span rows = units.ownRows();
    Mask mask(p.shape);
    seen = mask.reaches(rows, keys);
    full = keys.count == UNIT && mask.covers(rows, keys);
    keyStride = keys.stride;
    rowStride = rows.stride;
    jointQuery = rows.joint;
    jointKey = keys.joint;
    position = rows.first + lane() / 4 * rowStride;
    key = keys.first + lane() % 4 * 2 * keyStride;
    distance = key - position;
    live = keys.count - lane() % 4 * 2;
    bool free = rows.joint || keys.joint;
    lowest = free ? 0 : mask.lowest;
    range = free ? ~0u : static_cast<unsigned>(mask.highest) - static_cast<unsigned>(mask.lowest);
  }

  static RF_INLINE int row(int i, int x) { return i * 16 + x / 2 * 8; }
  static RF_INLINE int column(int j, int x) { return j * 8 + x % 2; }

  RF_INLINE int at(int i, int j, int x) const { return distance + column(j, x) * keyStride - row(i, x) * rowStride; }

  RF_INLINE bool visible(int i, int j, int x) const {
    return static_cast<unsigned>(at(i, j, x) - lowest) <= range && column(j, x) < live;
  }

  RF_INLINE uint32_t queryIdentity(int i, int x, int queryOffset) const {
    return static_cast<uint32_t>(position - queryOffset + row(i, x) * rowStride) | (jointQuery ? 0x80000000u : 0u);
  }

  RF_INLINE uint32_t keyIdentity(int j, int x) const {
    return static_cast<uint32_t>(key + column(j, x) * keyStride) | (jointKey ? 0x80000000u : 0u);
  }
};

// One bit per score of a lane, set for those that are visible and kept.
RF_INLINE constexpr uint32_t scoreBit(int i, int j, int x) { return 1u << ((i * N_TILES + j) * 4 + x); }

RF_INLINE uint32_t visibleScores(const View& view) {
  uint32_t bits = 0;
  RF_EACH_SCORE(i, j, x) { bits |= view.visible(i, j, x) ? scoreBit(i, j, x) : 0; }
  return bits;
}

// Masked scores become −∞ whatever they were, NaN included.
RF_INLINE void hide(Scores& s, const View& view) {
  RF_EACH_SCORE(i, j, x) { s[i][j][x] = view.visible(i, j, x) ? s[i][j][x] : -INFINITY; }
}

// Scale, softcap and ALiBi, and then the unit of the softmax: log2.
RF_INLINE void modify(Scores& s, const View& view, float scale, float softcap, float slope) {
  RF_EACH_SCORE(i, j, x) { s[i][j][x] *= scale; }
  if (softcap > 0) {
    float largest = 0;
    RF_EACH_SCORE(i, j, x) { largest = fmaxf(largest, fabsf(s[i][j][x])); }
    if (__any_sync(ALL, largest >= SMALL_TANH * softcap)) {
      RF_EACH_SCORE(i, j, x) { s[i][j][x] = softcapped(s[i][j][x], softcap); }
    } else {
      float inverse = 1 / softcap;
      RF_EACH_SCORE(i, j, x) { s[i][j][x] *= smallTanhRatio(s[i][j][x] * inverse); }
    }
  }
  if (slope != 0 && !view.jointQuery && !view.jointKey) {
    RF_EACH_SCORE(i, j, x) { s[i][j][x] = fmaf(-slope, fabsf(static_cast<float>(view.at(i, j, x))), s[i][j][x]); }
  }
  RF_EACH_SCORE(i, j, x) { s[i][j][x] *= static_cast<float>(M_LOG2E); }
}

RF_INLINE void keep(Weights& p, int i, int j, int h, uint32_t mask) { p[i][j / 2].r[j % 2 * 2 + h] &= mask; }

// Drops weights (not a product with 0: a dropped NaN is gone, too); finish.cu scales the kept ones.
// Returns the bits of those that were kept. Sums are not touched: lse ignores dropout.
template <class W>
RF_INLINE uint32_t drop(W& p, const View& view, uint32_t batchHead, const int* shapeInts) {
  uint32_t threshold = static_cast<uint32_t>(read(shapeInts, shape::DROP_THRESHOLD)) ^ 0x80000000u;
  uint32_t key0 = read(shapeInts, shape::SEED_LOW);
  uint32_t key1 = read(shapeInts, shape::SEED_HIGH);
  int queryOffset = read(shapeInts, shape::QUERY_OFFSET);
  uint32_t kept = 0;
#pragma unroll
  for (int i = 0; i < M_TILES; i++) {
#pragma unroll
    for (int j = 0; j < N_TILES; j++) {
#pragma unroll
      for (int h = 0; h < 2; h++) {
        uint32_t query = view.queryIdentity(i, 2 * h, queryOffset);
        uint32_t first = view.keyIdentity(j, 0);
        uint32_t second = view.keyIdentity(j, 1);
        Random random(first >> 2, query, batchHead, key0, key1);
        bool keepFirst = random.at(first & 3) >= threshold;
        if (second >> 2 != first >> 2) {
          random = Random(second >> 2, query, batchHead, key0, key1);
        }
        bool keepSecond = random.at(second & 3) >= threshold;
        kept |= keepFirst ? scoreBit(i, j, 2 * h) : 0;
        kept |= keepSecond ? scoreBit(i, j, 2 * h + 1) : 0;
        keep(p, i, j, h, (keepFirst ? 0xFFFFu : 0u) | (keepSecond ? 0xFFFF0000u : 0u));
      }
    }
  }
  return kept;
}

}  // namespace ringflash
