// The 32 rows of one warp: accumulators, maxima and sums in registers, and what a unit of 32 keys
// does to them. P never leaves the registers.
//
// In mma's layout a lane has, of every 16×8 tile, columns 2·(lane mod 4) and the next one of rows
// lane / 4 (elements 0, 1) and lane / 4 + 8 (elements 2, 3). Arrays are [16 rows][8 columns][element].
#pragma once
#include <cfloat>
#include <cmath>

#include "tile.cuh"
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

#define RF_EACH_SCORE(i, j, x)                             \
  _Pragma("unroll") for (int i = 0; i < M_TILES; i++)      \
  _Pragma("unroll") for (int j = 0; j < N_TILES; j++)      \
  _Pragma("unroll") for (int x = 0; x < 4; x++)

RF_INLINE void clear(Scores& s) {
  RF_EACH_SCORE(i, j, x) { s[i][j][x] = 0.f; }
}

// Adds 32 keys' products with columns [16·STEP, 16·STEP + 16) of Q. `to` may be `s`.
template <bool BRAIN, int PITCH>
RF_INLINE void addProducts(Scores& to, const Scores& s, const Fragment (&q)[M_TILES], uint32_t keys) {
#pragma unroll
  for (int n = 0; n < UNIT / 16; n++) {
    Fragment k = loadMatrix(keys + n * 16 * PITCH);
#pragma unroll
    for (int j = 0; j < 2; j++) {
#pragma unroll
      for (int i = 0; i < M_TILES; i++) {
        Storage<BRAIN>::multiply(to[i][2 * n + j], s[i][2 * n + j], q[i], k.r[2 * j], k.r[2 * j + 1]);
      }
    }
  }
}

// Follows rows whose largest score has outgrown the reference by more than 2^slack: others keep theirs,
// since weights up to that are as good as weights up to 1. Whether a row follows depends on that row
// alone, so its bits are the same whoever its neighbours are; the vote only saves work.
template <int D>
RF_INLINE void raiseMaxima(const Scores& s, Rows<D>& rows, float scale, float slack = 8.f) {
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
      grows = grows || largest[i][h] > rows.max[i][h] + slack;
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
      bool follow = v > rows.max[i][h] + slack;
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

// Adds the weights' products with a unit's V.
template <bool BRAIN, int D, int PITCH>
RF_INLINE void addValues(const Weights& p, Rows<D>& rows, uint32_t values) {
#pragma unroll
  for (int k = 0; k < K_STEPS; k++) {
#pragma unroll
    for (int n = 0; n < D / 16; n++) {
      Fragment v = loadMatrixTransposed(columns(values, n) + k * 16 * PITCH);
#pragma unroll
      for (int j = 0; j < 2; j++) {
#pragma unroll
        for (int i = 0; i < M_TILES; i++) {
          Storage<BRAIN>::multiply(rows.acc[i][2 * n + j], rows.acc[i][2 * n + j], p[i][k], v.r[2 * j], v.r[2 * j + 1]);
        }
      }
    }
  }
}

}  // namespace ringflash
