// The rows of one warp group, 64: accumulators, maxima and sums in registers, and what 128 keys do to them.
//
// In wgmma's layout a lane has, of every 8 columns, 2·(lane mod 4) and the next one of rows lane / 4 (elements 0, 1) and
// lane / 4 + 8 (elements 2, 3) of its warp's 16.
#pragma once
#include <cfloat>
#include <cmath>

#include "hopper_shared.cuh"

namespace ringflash {

using PairScores = float[64];
using PairWeights = uint32_t[8][4];

// Weights up to 2^SLACK are as good as weights up to 1: see raiseMaxima in rows.cuh.
constexpr float SLACK = 8;

template <int D>
struct GroupRows {
  float acc[D / 2];
  float max[2];  // log2 of the weights' common denominator; finite, so that −∞ − max is −∞
  float sum[2];  // of this lane's columns
};

// Where the lane's first row lies in the state: see state.cuh, whose kernels share it.
struct GroupStateRow {
  long long row;

  RF_INLINE GroupStateRow(const Parameters& p, int rowHead, int tile) {
    int tiles = read(p.queryTiles, table::TILES);
    row = (static_cast<long long>(rowHead) * tiles + tile) * table::TOKENS + warp() % 4 * 16 + lane() / 4;
  }
};

template <int D>
RF_INLINE float2* accumulators(const Parameters& p, const GroupStateRow& at, int h, int n) {
  return reinterpret_cast<float2*>(p.acc + (at.row + h * 8) * D + n * 8) + lane() % 4;
}

template <int D>
RF_INLINE void loadAccumulators(GroupRows<D>& rows, const Parameters& p, const GroupStateRow& at, bool zero) {
#pragma unroll
  for (int h = 0; h < 2; h++) {
#pragma unroll
    for (int n = 0; n < D / 8; n++) {
      float2 pair = zero ? make_float2(0.f, 0.f) : *accumulators<D>(p, at, h, n);
      rows.acc[n * 4 + 2 * h] = pair.x;
      rows.acc[n * 4 + 2 * h + 1] = pair.y;
    }
  }
}

template <int D>
RF_INLINE void storeAccumulators(const GroupRows<D>& rows, const Parameters& p, const GroupStateRow& at) {
#pragma unroll
  for (int h = 0; h < 2; h++) {
#pragma unroll
    for (int n = 0; n < D / 8; n++) {
      *accumulators<D>(p, at, h, n) = make_float2(rows.acc[n * 4 + 2 * h], rows.acc[n * 4 + 2 * h + 1]);
    }
  }
}

template <int D>
RF_INLINE void load(GroupRows<D>& rows, const Parameters& p, const GroupStateRow& at) {
  bool resume = read(p.shape, shape::FIRST) == 0;
#pragma unroll
  for (int h = 0; h < 2; h++) {
    long long row = at.row + h * 8;
    rows.max[h] = resume ? fmaxf(p.maxima[row], -FLT_MAX) : -FLT_MAX;
    rows.sum[h] = resume ? p.sums[row * 4 + lane() % 4] : 0.f;
  }
  loadAccumulators(rows, p, at, !resume);
}

template <int D>
RF_INLINE void store(const GroupRows<D>& rows, const Parameters& p, const GroupStateRow& at) {
  storeAccumulators(rows, p, at);
#pragma unroll
  for (int h = 0; h < 2; h++) {
    long long row = at.row + h * 8;
    if (lane() % 4 == 0) {
      p.maxima[row] = rows.max[h] == -FLT_MAX ? -INFINITY : rows.max[h];
    }
    p.sums[row * 4 + lane() % 4] = rows.sum[h];
  }
}

// Follows rows whose largest score has outgrown the reference. Returns whether some row of the warp did, by `factor`.
template <int D>
RF_INLINE bool raiseMaxima(const PairScores& s, GroupRows<D>& rows, float scale, float (&factor)[2]) {
  // Four chains, none of which waits for another. fmaxf passes over NaN: their weights are NaN, and reach the row's
  // sum from there.
  float partial[4] = {s[0], s[1], s[2], s[3]};
#pragma unroll
  for (int i = 4; i < 64; i++) {
    partial[i % 4] = fmaxf(partial[i % 4], s[i]);
  }
  float largest[2] = {fmaxf(partial[0], partial[1]) * scale, fmaxf(partial[2], partial[3]) * scale};
  bool grows = largest[0] > rows.max[0] + SLACK || largest[1] > rows.max[1] + SLACK;
  if (!__any_sync(~0u, grows)) {
    return false;
  }
#pragma unroll
  for (int h = 0; h < 2; h++) {
    float v = largest[h];
    v = fmaxf(v, __shfl_xor_sync(~0u, v, 1));
    v = fmaxf(v, __shfl_xor_sync(~0u, v, 2));
    bool follow = v > rows.max[h] + SLACK;
    factor[h] = follow ? exp2Fast(rows.max[h] - v) : 1.f;
    rows.max[h] = follow ? v : rows.max[h];
    rows.sum[h] *= factor[h];
  }
  return true;
}

template <int D>
RF_INLINE void multiplyAccumulators(GroupRows<D>& rows, const float (&factor)[2]) {
#pragma unroll
  for (int i = 0; i < D / 2; i++) {
    rows.acc[i] *= factor[i / 2 % 2];
  }
}

// Replaces scores by weights, and adds these to the sums.
template <int D>
RF_INLINE void weigh(PairScores& s, GroupRows<D>& rows, float scale) {
#pragma unroll
  for (int i = 0; i < 64; i++) {
    s[i] = exp2Fast(fmaf(s[i], scale, -rows.max[i / 2 % 2]));
  }
#pragma unroll
  for (int n = 0; n < 16; n++) {
    rows.sum[0] += s[n * 4] + s[n * 4 + 1];
    rows.sum[1] += s[n * 4 + 2] + s[n * 4 + 3];
  }
}

template <bool BRAIN>
RF_INLINE void round(const PairScores& s, PairWeights& p) {
#pragma unroll
  for (int k = 0; k < 8; k++) {
#pragma unroll
    for (int r = 0; r < 4; r++) {
      p[k][r] = Storage<BRAIN>::pack(s[k * 8 + r * 2], s[k * 8 + r * 2 + 1]);
    }
  }
}

// What a lane's two rows see of a tile of 64 keys. `rows` are those of the warp group.
struct TileView {
  bool full;  // all rows of the warp group see all 64
  int distance;
  int keyStride;
  int rowStride;
  int live;
  unsigned range;

  RF_INLINE TileView(const Parameters& p, const Span& rows, int tile) {
    Span keys = tile == TilePair::NONE ? Span{0, 0, 1, 0} : readSpan(p.keyTiles, tile, 0, table::TOKENS);
    Mask mask(p.shape);
    full = keys.count == table::TOKENS && mask.covers(rows, keys);
    bool free = rows.joint || keys.joint;
    range = free ? ~0u : static_cast<unsigned>(mask.highest) - static_cast<unsigned>(mask.lowest);
    live = keys.count - lane() % 4 * 2;
    distance = keys.first + lane() % 4 * 2 * keys.stride -
               (rows.first + (warp() % 4 * 16 + lane() / 4) * rows.stride) - (free ? 0 : mask.lowest);
    keyStride = keys.stride;
    rowStride = rows.stride;
  }

  // Columns count from the lane's first key on.
  RF_INLINE bool visible(int column, int h) const {
    return static_cast<unsigned>(distance + column * keyStride - h * 8 * rowStride) <= range && column < live;
  }
};

// Hidden scores become −∞ whatever they were, NaN included.
RF_INLINE void hide(PairScores& s, const Parameters& p, const Span& rows, const TilePair& pair) {
#pragma unroll
  for (int half = 0; half < 2; half++) {
    TileView view(p, rows, pair.tile[half]);
    if (view.full) {
      continue;
    }
#pragma unroll
    for (int i = 0; i < 32; i++) {
      float& score = s[half * 32 + i];
      score = view.visible(i / 4 * 8 + i % 2, i / 2 % 2) ? score : -INFINITY;
    }
  }
}

}  // namespace ringflash
