// Products in FP32 from the tensors as they are, for what halves cannot hold. Hardly ever runs, and must not
// cost the registers of what does.
#pragma once
#include "paired.cuh"

namespace ringflash {

// The tokens of a unit of keys, as a lane of a warp that works on them sees them.
struct ExactKeys {
  const float* first;
  size_t pitch;
  int last;  // token of the unit

  RF_INLINE ExactKeys(const uint8_t* tensor, const Parameters& p, const Place& place, Unit unit) {
    int headDim = read(p.shape, shape::HEAD_DIM);
    int heads = read(p.keyTiles, table::HEADS);
    int kvHead = place.rowHead / read(p.shape, shape::GROUP_SIZE);
    int batch = kvHead / heads;
    long long token = static_cast<long long>(batch) * read(p.keyTiles, table::LENGTH) +
                      read(p.keyTiles, unit.tile(), table::SOURCE) + unit.from();
    pitch = static_cast<size_t>(heads) * headDim;
    first = reinterpret_cast<const float*>(tensor) + read(p.shape, shape::KEYS_AT) + token * pitch +
            (kvHead - batch * heads) * headDim;
    last = min(read(p.keyTiles, unit.tile(), table::COUNT) - unit.from(), UNIT) - 1;
  }

  // Tokens that are missing are hidden: the last one stands for them.
  RF_INLINE const float* token(int i) const { return first + min(i, last) * pitch; }
};

// Replaces the scores of irregular queries, or all.
template <int D>
RF_INLINE void multiplyExactly(
    Scores& s,
    const PairedQueries<D>& q,
    const Parameters& p,
    const Units& units,
    Unit unit,
    bool all,
    float scale) {
  Place place = units.place();
  int headDim = read(p.shape, shape::HEAD_DIM);
  int heads = read(p.queryTiles, table::HEADS);
  int tile = min(place.queryTile(), read(p.queryTiles, table::TILES) - 1);
  int lastRow = read(p.queryTiles, tile, table::COUNT) - 1;
  int batch = place.rowHead / heads;
  long long token =
      static_cast<long long>(batch) * read(p.queryTiles, table::LENGTH) + read(p.queryTiles, tile, table::SOURCE);
  const float* queries = reinterpret_cast<const float*>(p.q) + read(p.shape, shape::QUERIES_AT) +
                         (token * heads + place.rowHead - batch * heads) * headDim;
  ExactKeys keys(p.k, p, place, unit);
#pragma unroll
  for (int i = 0; i < M_TILES; i++) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
      int row = min(place.rowInTile() + lane() / 4 + i * 16 + h * 8, lastRow);
      const float* query = queries + static_cast<size_t>(row) * heads * headDim;
      bool replaces = all || irregular(q.factor[i][h]);
#pragma unroll
      for (int j = 0; j < N_TILES; j++) {
        const float* key0 = keys.token(j * 8 + lane() % 4 * 2);
        const float* key1 = keys.token(j * 8 + lane() % 4 * 2 + 1);
        float sum0 = 0;
        float sum1 = 0;
#pragma unroll 1
        for (int d = 0; d < headDim; d++) {
          sum0 = fmaf(query[d], key0[d], sum0);
          sum1 = fmaf(query[d], key1[d], sum1);
        }
        s[i][j][2 * h] = replaces ? sum0 * scale : s[i][j][2 * h];
        s[i][j][2 * h + 1] = replaces ? sum1 * scale : s[i][j][2 * h + 1];
      }
    }
  }
}

// As addValues; a key's V reaches just the rows that see it, as `visible` says: 0 · NaN is not 0. The
// accumulators wait in their place in memory, and pass by eight columns at a time.
template <int D>
RF_INLINE void addValuesExactly(
    const PairedWeights& weights,
    Rows<D>& rows,
    const Parameters& p,
    const Units& units,
    Unit unit,
    uint32_t visible) {
  Place place = units.place();
  StateRow at(p, place);
  if (!at.exists) {
    return;
  }
  storeAccumulators(rows, p, at);
  int headDim = read(p.shape, shape::HEAD_DIM);
  ExactKeys keys(p.v, p, place, unit);
#pragma unroll 1
  for (int n = 0; n < D / 8; n++) {
    int column = n * 8 + lane() % 4 * 2;
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
#pragma unroll
      for (int h = 0; h < 2; h++) {
        float2 acc = *accumulators<D>(p, at, i, h, n);
#pragma unroll 1
        for (int quarter = 0; quarter < 4; quarter++) {
          int source = lane() / 4 * 4 + quarter;
          uint32_t seen = __shfl_sync(ALL, visible, source);
#pragma unroll
          for (int j = 0; j < N_TILES; j++) {
            int r = j % 2 * 2 + h;
            float2 high = unpackHalves(__shfl_sync(ALL, weights.high[i][j / 2].r[r], source));
            float2 low = unpackHalves(__shfl_sync(ALL, weights.low[i][j / 2].r[r], source));
            float weight[2] = {(high.x + low.x) * WEIGHT_UNIT, (high.y + low.y) * WEIGHT_UNIT};
#pragma unroll
            for (int x = 0; x < 2; x++) {
              const float* value = keys.token(j * 8 + quarter * 2 + x);
              if (seen & scoreBit(i, j, 2 * h + x)) {
                acc.x = column < headDim ? fmaf(weight[x], value[column], acc.x) : 0.f;
                acc.y = column + 1 < headDim ? fmaf(weight[x], value[column + 1], acc.y) : 0.f;
              }
            }
          }
        }
        *accumulators<D>(p, at, i, h, n) = acc;
      }
    }
  }
  loadAccumulators(rows, p, at, false);
}

}  // namespace ringflash
