// The 32 rows of one warp: accumulators, maxima and sums in registers, and what a unit of 32 keys
// does to them. P never leaves the registers.
//
// In mma's layout a lane has, of every 16×8 tile, columns 2·(lane mod 4) and the next one of rows
// lane / 4 (elements 0, 1) and lane / 4 + 8 (elements 2, 3). Arrays are [16 rows][8 columns][element].
#pragma once
#include <cfloat>
#include <cmath>

#include "options.cuh"
#include "units.cuh"

namespace ringflash {

constexpr int M_TILES = WARP_ROWS / 16;
constexpr int N_TILES = UNIT / 8;
constexpr int K_STEPS = UNIT / 16;
constexpr uint32_t ALL = ~0u;

using Scores = float[M_TILES][N_TILES][4];
using Weights = Fragment[M_TILES][K_STEPS];

template <int D>
struct Rows {
  float acc[M_TILES][D / 8][4];
  float max[M_TILES][2];  // log2 of the weights' common denominator; finite, so that −∞ − max is −∞
  float sum[M_TILES][2];  // of this lane's columns
};

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

#define RF_EACH_SCORE(i, j, x)                             \
  _Pragma("unroll") for (int i = 0; i < M_TILES; i++)      \
  _Pragma("unroll") for (int j = 0; j < N_TILES; j++)      \
  _Pragma("unroll") for (int x = 0; x < 4; x++)

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

// Adds 32 keys' products with columns [16·STEP, 16·STEP + 16) of Q.
template <bool BRAIN, int PITCH>
RF_INLINE void addProducts(Scores& s, const Fragment (&q)[M_TILES], uint32_t keys) {
#pragma unroll
  for (int n = 0; n < UNIT / 16; n++) {
    Fragment k = loadMatrix(keys + n * 16 * PITCH);
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
      Storage<BRAIN>::multiply(s[i][2 * n], q[i], k.r[0], k.r[1]);
    }
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
      Storage<BRAIN>::multiply(s[i][2 * n + 1], q[i], k.r[2], k.r[3]);
    }
  }
}

// Follows rows whose largest score has outgrown the reference by more than 2^8: others keep theirs,
// since weights up to 256 are as good as weights up to 1. Whether a row follows depends on that row
// alone, so its bits are the same whoever its neighbours are; the vote only saves work.
template <int D>
RF_INLINE void raiseMaxima(const Scores& s, Rows<D>& rows, float scale) {
  constexpr float SLACK = 8.f;
  float largest[M_TILES][2];
  bool grows = false;
#pragma unroll
  for (int i = 0; i < M_TILES; i++) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
      // fmaxf passes over NaN: their weights are NaN, and reach the row's sum from there.
      float v = fmaxf(s[i][0][2 * h], s[i][0][2 * h + 1]);
#pragma unroll
      for (int j = 1; j < N_TILES; j++) {
        v = fmaxf(v, fmaxf(s[i][j][2 * h], s[i][j][2 * h + 1]));
      }
      largest[i][h] = v * scale;
      grows = grows || largest[i][h] > rows.max[i][h] + SLACK;
    }
  }
  if (!__any_sync(ALL, grows)) {
    return;
  }
#pragma unroll
  for (int i = 0; i < M_TILES; i++) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
      float v = largest[i][h];
      v = fmaxf(v, __shfl_xor_sync(ALL, v, 1));
      v = fmaxf(v, __shfl_xor_sync(ALL, v, 2));
      bool follow = v > rows.max[i][h] + SLACK;
      float factor = follow ? exp2Fast(rows.max[i][h] - v) : 1.f;
      rows.max[i][h] = follow ? v : rows.max[i][h];
      rows.sum[i][h] *= factor;
#pragma unroll
      for (int j = 0; j < D / 8; j++) {
        rows.acc[i][j][2 * h] *= factor;
        rows.acc[i][j][2 * h + 1] *= factor;
      }
    }
  }
}

// The weights of one 16×8 tile of scores.
template <bool BRAIN, int D>
RF_INLINE void weigh(const Scores& s, Weights& p, Rows<D>& rows, float scale, int i, int j) {
  float e[4];
#pragma unroll
  for (int x = 0; x < 4; x++) {
    e[x] = exp2Fast(fmaf(s[i][j][x], scale, -rows.max[i][x / 2]));
  }
  rows.sum[i][0] += e[0] + e[1];
  rows.sum[i][1] += e[2] + e[3];
  p[i][j / 2].r[j % 2 * 2] = Storage<BRAIN>::pack(e[0], e[1]);
  p[i][j / 2].r[j % 2 * 2 + 1] = Storage<BRAIN>::pack(e[2], e[3]);
}

template <bool BRAIN, int D>
RF_INLINE void weighAll(const Scores& s, Weights& p, Rows<D>& rows, float scale) {
#pragma unroll
  for (int j = 0; j < N_TILES; j++) {
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
      weigh<BRAIN>(s, p, rows, scale, i, j);
    }
  }
}

// Drops weights (not a product with 0: a dropped NaN is gone, too); finish.cu scales the kept ones.
// Returns the bits of those that were kept. Sums are not touched: lse ignores dropout.
RF_INLINE uint32_t drop(Weights& p, const View& view, uint32_t batchHead, const int* shapeInts) {
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
        p[i][j / 2].r[j % 2 * 2 + h] &= (keepFirst ? 0xFFFFu : 0u) | (keepSecond ? 0xFFFF0000u : 0u);
      }
    }
  }
  return kept;
}

template <bool BRAIN, int D, int PITCH>
RF_INLINE void addValues(const Weights& p, Rows<D>& rows, uint32_t values) {
#pragma unroll
  for (int k = 0; k < K_STEPS; k++) {
#pragma unroll
    for (int n = 0; n < D / 16; n++) {
      Fragment v = loadMatrixTransposed(values + n * 32 + k * 16 * PITCH);
#pragma unroll
      for (int i = 0; i < M_TILES; i++) {
        Storage<BRAIN>::multiply(rows.acc[i][2 * n], p[i][k], v.r[0], v.r[1]);
      }
#pragma unroll
      for (int i = 0; i < M_TILES; i++) {
        Storage<BRAIN>::multiply(rows.acc[i][2 * n + 1], p[i][k], v.r[2], v.r[3]);
      }
    }
  }
}

// Whether a unit's V holds a NaN or infinity. `tile` is where its first row begins.
template <bool BRAIN, int D, int PITCH>
RF_INLINE bool holdsNonFinite(uint32_t tile) {
  constexpr int CHUNKS = D / 8;
  uint32_t sum = 0;
#pragma unroll
  for (int c = 0; c < UNIT * CHUNKS / 32; c++) {
    int chunk = c * 32 + lane();
    uint4 v = loadShared16(tile + chunk / CHUNKS * PITCH + chunk % CHUNKS * 16);
    sum = Storage<BRAIN>::addZeroTimes(v.x, sum);
    sum = Storage<BRAIN>::addZeroTimes(v.y, sum);
    sum = Storage<BRAIN>::addZeroTimes(v.z, sum);
    sum = Storage<BRAIN>::addZeroTimes(v.w, sum);
  }
  return __any_sync(ALL, (sum & 0x7FFF7FFFu) != 0);
}

// Two packed elements, sorted: the finite ones, and where ±∞ (NaN counts as both) stand as ones.
template <bool BRAIN>
struct Sorted {
  uint32_t finite, plus, minus;

  RF_INLINE explicit Sorted(uint32_t pair) : finite(pair), plus(0), minus(0) {
    using S = Storage<BRAIN>;
#pragma unroll
    for (int shift = 0; shift < 32; shift += 16) {
      uint32_t bits = (pair >> shift) & 0xFFFFu;
      if ((bits & S::EXPONENT) == S::EXPONENT) {
        bool nan = (bits & 0x7FFFu) != S::INFINITE;
        finite &= ~(0xFFFFu << shift);
        plus |= nan || bits < 0x8000u ? S::ONE << shift : 0u;
        minus |= nan || bits >= 0x8000u ? S::ONE << shift : 0u;
      }
    }
  }
};

// Where the state of the lane's first row lies, as a row of maxima.
struct StateRow {
  long long row;
  bool exists;

  RF_INLINE StateRow(const Parameters& p, const Place& place) {
    int tiles = read(p.queryTiles, table::TILES);
    int tile = place.rowPair * 2 + warp() / 2;
    exists = tile < tiles;
    row = (static_cast<long long>(place.rowHead) * tiles + tile) * table::TOKENS + warp() % 2 * WARP_ROWS + lane() / 4;
  }
};

// The lane's part of eight columns of its rows' accumulators.
template <int D>
RF_INLINE float2* accumulators(const Parameters& p, const StateRow& at, int i, int h, int n) {
  return reinterpret_cast<float2*>(p.acc + (at.row + i * 16 + h * 8) * D + n * 8) + lane() % 4;
}

template <int D>
RF_INLINE void loadAccumulators(Rows<D>& rows, const Parameters& p, const StateRow& at, bool zero) {
#pragma unroll
  for (int i = 0; i < M_TILES; i++) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
#pragma unroll
      for (int n = 0; n < D / 8; n++) {
        float2 pair = zero ? make_float2(0.f, 0.f) : *accumulators<D>(p, at, i, h, n);
        rows.acc[i][n][2 * h] = pair.x;
        rows.acc[i][n][2 * h + 1] = pair.y;
      }
    }
  }
}

template <int D>
RF_INLINE void storeAccumulators(const Rows<D>& rows, const Parameters& p, const StateRow& at) {
#pragma unroll
  for (int i = 0; i < M_TILES; i++) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
#pragma unroll
      for (int n = 0; n < D / 8; n++) {
        *accumulators<D>(p, at, i, h, n) = make_float2(rows.acc[i][n][2 * h], rows.acc[i][n][2 * h + 1]);
      }
    }
  }
}

template <int D>
RF_INLINE void load(Rows<D>& rows, const Parameters& p, const StateRow& at) {
  bool resume = at.exists && read(p.shape, shape::FIRST) == 0;
#pragma unroll
  for (int i = 0; i < M_TILES; i++) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
      long long row = at.row + i * 16 + h * 8;
      rows.max[i][h] = resume ? fmaxf(p.maxima[row], -FLT_MAX) : -FLT_MAX;
      rows.sum[i][h] = resume ? p.sums[row * 4 + lane() % 4] : 0.f;
    }
  }
  loadAccumulators(rows, p, at, !resume);
}

template <int D>
RF_INLINE void store(const Rows<D>& rows, const Parameters& p, const StateRow& at) {
  if (!at.exists) {
    return;
  }
#pragma unroll
  for (int i = 0; i < M_TILES; i++) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
      long long row = at.row + i * 16 + h * 8;
      if (lane() % 4 == 0) {
        p.maxima[row] = rows.max[i][h] == -FLT_MAX ? -INFINITY : rows.max[i][h];
      }
      p.sums[row * 4 + lane() % 4] = rows.sum[i][h];
    }
  }
  storeAccumulators(rows, p, at);
}

// As addValues, but a NaN or infinity reaches just the rows that see its key, as `visible` says:
// 0 · NaN is not 0. Finite elements take the usual product; products of zeros and ones count the
// others, and what they find is added as ±∞ (both make NaN).
//
// Hardly ever runs, and must not cost the registers of what does: the accumulators wait in their
// place in memory, and pass by eight columns at a time.
template <bool BRAIN, int D, int PITCH>
RF_INLINE void addValuesCarefully(
    const Weights& p,
    Rows<D>& rows,
    const Parameters& parameters,
    const Units& units,
    uint32_t values,
    uint32_t visible) {
  StateRow at(parameters, units.place());
  if (!at.exists) {
    return;
  }
  storeAccumulators(rows, parameters, at);
#pragma unroll 1
  for (int n = 0; n < D / 8; n++) {
    float acc[M_TILES][4];
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
#pragma unroll
      for (int h = 0; h < 2; h++) {
        float2 pair = *accumulators<D>(parameters, at, i, h, n);
        acc[i][2 * h] = pair.x;
        acc[i][2 * h + 1] = pair.y;
      }
    }
    float plus[M_TILES][4] = {};
    float minus[M_TILES][4] = {};
#pragma unroll
    for (int k = 0; k < K_STEPS; k++) {
      Fragment v = loadMatrixTransposed(values + n / 2 * 32 + k * 16 * PITCH);
      Sorted<BRAIN> a(n % 2 == 0 ? v.r[0] : v.r[2]);
      Sorted<BRAIN> b(n % 2 == 0 ? v.r[1] : v.r[3]);
#pragma unroll
      for (int i = 0; i < M_TILES; i++) {
        Fragment ones;
#pragma unroll
        for (int r = 0; r < 4; r++) {
          int j = k * 2 + r / 2;
          int x = r % 2 * 2;
          uint32_t low = visible & scoreBit(i, j, x) ? Storage<BRAIN>::ONE : 0u;
          uint32_t high = visible & scoreBit(i, j, x + 1) ? Storage<BRAIN>::ONE << 16 : 0u;
          ones.r[r] = low | high;
        }
        Storage<BRAIN>::multiply(acc[i], p[i][k], a.finite, b.finite);
        Storage<BRAIN>::multiply(plus[i], ones, a.plus, b.plus);
        Storage<BRAIN>::multiply(minus[i], ones, a.minus, b.minus);
      }
    }
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
#pragma unroll
      for (int x = 0; x < 4; x++) {
        acc[i][x] += plus[i][x] > 0 ? INFINITY : 0.f;
        acc[i][x] += minus[i][x] > 0 ? -INFINITY : 0.f;
      }
#pragma unroll
      for (int h = 0; h < 2; h++) {
        *accumulators<D>(parameters, at, i, h, n) = make_float2(acc[i][2 * h], acc[i][2 * h + 1]);
      }
    }
  }
  loadAccumulators(rows, parameters, at, false);
}

}  // namespace ringflash
