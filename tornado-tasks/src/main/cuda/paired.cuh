// What a unit of keys does to a warp's rows where numbers are pairs of halves (halves.cuh).
#pragma once
#include "halves.cuh"
#include "state.cuh"
#include "view.cuh"

namespace ringflash {

// Weights are multiplied by 2^11 before they are split: up to 2^4 of them are FP16, and weights down to
// 2^-25 lose nothing.
constexpr float WEIGHT_SLACK = 4.f;
constexpr float WEIGHT_SHIFT = 11.f;
constexpr float WEIGHT_UNIT = 0x1p-11f;

// Tiles of K and V in shared memory: high halves of a token, then low ones.
template <int D>
constexpr int PAIR_PITCH = D * 4;
template <int D>
RF_INLINE uint32_t lowColumns(uint32_t lane, int n) {
  return columns(lane, n) + D * 2;
}

// A warp's rows of Q, split as they are read; all in registers.
template <int D>
struct PairedQueries {
  Fragment high[D / 16][M_TILES];
  Fragment low[D / 16][M_TILES];
  float factor[M_TILES][2];
  bool anyIrregular;  // of the warp's rows

  RF_INLINE void load(const Parameters& p, const Place& place) {
    int headDim = read(p.shape, shape::HEAD_DIM);
    int heads = read(p.queryTiles, table::HEADS);
    int tile = place.queryTile();
    int count = tile < read(p.queryTiles, table::TILES) ? read(p.queryTiles, tile, table::COUNT) : 0;
    int first = Place::rowInTile() + lane() / 4;
    int batch = place.rowHead / heads;
    long long token = static_cast<long long>(batch) * read(p.queryTiles, table::LENGTH) +
                      (count > 0 ? read(p.queryTiles, tile, table::SOURCE) : 0) + first;
    const float* from = reinterpret_cast<const float*>(p.q) + read(p.shape, shape::QUERIES_AT) +
                        (token * heads + place.rowHead - batch * heads) * headDim + lane() % 4 * 2;
    anyIrregular = false;
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
#pragma unroll
      for (int h = 0; h < 2; h++) {
        int row = i * 16 + h * 8;
        const float* numbers = from + static_cast<size_t>(row) * heads * headDim;
        float x[D / 8][2];
        Range range = Range::none();
#pragma unroll
        for (int n = 0; n < D / 8; n++) {
#pragma unroll
          for (int c = 0; c < 2; c++) {
            bool exists = first + row < count && n * 8 + lane() % 4 * 2 + c < headDim;
            x[n][c] = exists ? numbers[n * 8 + c] : 0.f;
            range.add(x[n][c]);
          }
        }
        range.addOfLane(1);
        range.addOfLane(2);
        float inverse = powerOfTwo(-range.exponent());
        factor[i][h] = factorOf(range);
        anyIrregular = anyIrregular || irregular(factor[i][h]);
#pragma unroll
        for (int n = 0; n < D / 8; n++) {
          Halves split(x[n][0] * inverse, x[n][1] * inverse);
          high[n / 2][i].r[n % 2 * 2 + h] = split.high;
          low[n / 2][i].r[n % 2 * 2 + h] = split.low;
        }
      }
    }
    anyIrregular = __any_sync(ALL, anyIrregular);
  }
};

struct PairedWeights {
  Fragment high[M_TILES][K_STEPS];
  Fragment low[M_TILES][K_STEPS];  // in units of the numbers, not of 2^-11
};

RF_INLINE void keep(PairedWeights& p, int i, int j, int h, uint32_t mask) {
  p.high[i][j / 2].r[j % 2 * 2 + h] &= mask;
  p.low[i][j / 2].r[j % 2 * 2 + h] &= mask;
}

// Adds 32 keys' products with columns [16·step, 16·step + 16) of Q, high ones to `s` and mixed ones to `cross`.
template <int D>
RF_INLINE void addProducts(Scores& s, Scores& cross, const PairedQueries<D>& q, uint32_t keys, int step) {
  using Product = Storage<false>;
  constexpr int TILES = 2 * M_TILES;
#pragma unroll
  for (int n = 0; n < UNIT / 16; n++) {
    Fragment high = loadMatrix(columns(keys, step) + n * 16 * PAIR_PITCH<D>);
    Fragment low = loadMatrix(lowColumns<D>(keys, step) + n * 16 * PAIR_PITCH<D>);
#pragma unroll
    for (int t = 0; t < TILES; t++) {
      int i = t % M_TILES, r = t / M_TILES * 2, j = 2 * n + t / M_TILES;
      Product::multiply(cross[i][j], cross[i][j], q.high[step][i], low.r[r], low.r[r + 1]);
    }
#pragma unroll
    for (int t = 0; t < TILES; t++) {
      int i = t % M_TILES, r = t / M_TILES * 2, j = 2 * n + t / M_TILES;
      Product::multiply(s[i][j], s[i][j], q.high[step][i], high.r[r], high.r[r + 1]);
    }
#pragma unroll
    for (int t = 0; t < TILES; t++) {
      int i = t % M_TILES, r = t / M_TILES * 2, j = 2 * n + t / M_TILES;
      Product::multiply(cross[i][j], cross[i][j], q.low[step][i], high.r[r], high.r[r + 1]);
    }
  }
}

template <int D>
RF_INLINE void combine(Scores& s, const Scores& cross, const PairedQueries<D>& q, float keyFactor, float scale) {
  float factor = fabsf(keyFactor) * scale;
  RF_EACH_SCORE(i, j, x) {
    s[i][j][x] = fmaf(cross[i][j][x], LOW_UNIT, s[i][j][x]) * (fabsf(q.factor[i][x / 2]) * factor);
  }
}

// Scores, times `scale`; `keys` is a lane's place in a tile of K.
template <int D>
RF_INLINE void multiply(Scores& s, const PairedQueries<D>& q, uint32_t keys, float keyFactor, float scale) {
  Scores cross;
  clear(s);
  clear(cross);
#pragma unroll
  for (int step = 0; step < D / 16; step++) {
    addProducts(s, cross, q, keys, step);
  }
  combine(s, cross, q, keyFactor, scale);
}

// The weights of one 16×8 tile of scores in units of log2, which their rows' maxima suit.
template <int D>
RF_INLINE void weigh(const Scores& s, PairedWeights& p, Rows<D>& rows, int i, int j) {
#pragma unroll
  for (int h = 0; h < 2; h++) {
    float shift = WEIGHT_SHIFT - rows.max[i][h];
    float first = exp2Fast(s[i][j][2 * h] + shift);
    float second = exp2Fast(s[i][j][2 * h + 1] + shift);
    rows.sum[i][h] += first + second;
    uint32_t high = Storage<false>::pack(first, second);
    float2 rounded = unpackHalves(high);
    p.high[i][j / 2].r[j % 2 * 2 + h] = high;
    p.low[i][j / 2].r[j % 2 * 2 + h] = Storage<false>::pack(first - rounded.x, second - rounded.y);
  }
}

template <int D>
RF_INLINE void weigh(const Scores& s, PairedWeights& p, Rows<D>& rows) {
#pragma unroll
  for (int j = 0; j < N_TILES; j++) {
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
      weigh(s, p, rows, i, j);
    }
  }
}

// Weighs the scores and replaces them by the next unit's.
template <int D>
RF_INLINE void multiplyAndWeigh(
    Scores& s, PairedWeights& p, Rows<D>& rows, const PairedQueries<D>& q, uint32_t keys, float keyFactor, float scale) {
  constexpr int TILES = M_TILES * N_TILES;
  constexpr int STEPS = D / 16;
  Scores next;
  Scores cross;
  clear(next);
  clear(cross);
#pragma unroll
  for (int step = 0; step < STEPS; step++) {
    addProducts(next, cross, q, keys, step);
#pragma unroll
    for (int t = step * TILES / STEPS; t < (step + 1) * TILES / STEPS; t++) {
      weigh(s, p, rows, t % M_TILES, t / M_TILES);
    }
  }
  combine(next, cross, q, keyFactor, scale);
  RF_EACH_SCORE(i, j, x) { s[i][j][x] = next[i][j][x]; }
}

// Adds the weights' products with V. A unit's products are summed apart and then added in FP32: the tensor
// core cuts sums off instead of rounding them, which a long row of one sign would show.
template <int D>
RF_INLINE void addValues(const PairedWeights& p, Rows<D>& rows, uint32_t values, float valueFactor) {
  using Product = Storage<false>;
  float factor = valueFactor * WEIGHT_UNIT;
  float lowFactor = factor * LOW_UNIT;
#pragma unroll
  for (int n = 0; n < D / 16; n++) {
    float sum[M_TILES][2][4] = {};
    float cross[M_TILES][2][4] = {};
#pragma unroll
    for (int k = 0; k < K_STEPS; k++) {
      Fragment high = loadMatrixTransposed(columns(values, n) + k * 16 * PAIR_PITCH<D>);
      Fragment low = loadMatrixTransposed(lowColumns<D>(values, n) + k * 16 * PAIR_PITCH<D>);
#pragma unroll
      for (int t = 0; t < 2 * M_TILES; t++) {
        int i = t % M_TILES, j = t / M_TILES;
        Product::multiply(sum[i][j], sum[i][j], p.low[i][k], high.r[2 * j], high.r[2 * j + 1]);
      }
#pragma unroll
      for (int t = 0; t < 2 * M_TILES; t++) {
        int i = t % M_TILES, j = t / M_TILES;
        Product::multiply(cross[i][j], cross[i][j], p.high[i][k], low.r[2 * j], low.r[2 * j + 1]);
      }
#pragma unroll
      for (int t = 0; t < 2 * M_TILES; t++) {
        int i = t % M_TILES, j = t / M_TILES;
        Product::multiply(sum[i][j], sum[i][j], p.high[i][k], high.r[2 * j], high.r[2 * j + 1]);
      }
    }
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
#pragma unroll
      for (int j = 0; j < 2; j++) {
#pragma unroll
        for (int x = 0; x < 4; x++) {
          float& acc = rows.acc[i][2 * n + j][x];
          acc = fmaf(cross[i][j][x], lowFactor, fmaf(sum[i][j][x], factor, acc));
        }
      }
    }
  }
}

}  // namespace ringflash
