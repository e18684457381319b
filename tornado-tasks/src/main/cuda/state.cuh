// A warp's state in device memory: what parameters.cuh calls acc, maxima and sums.
#pragma once
#include "rows.cuh"

namespace ringflash {

// Where the state of the lane's first row lies, as a row of maxima.
struct StateRow {
  long long row;
  bool exists;

  RF_INLINE StateRow(const Parameters& p, const Place& place) {
    int tiles = read(p.queryTiles, table::TILES);
    int tile = place.queryTile();
    exists = tile < tiles;
    row = (static_cast<long long>(place.rowHead) * tiles + tile) * table::TOKENS + place.rowInTile() + lane() / 4;
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

}  // namespace ringflash
