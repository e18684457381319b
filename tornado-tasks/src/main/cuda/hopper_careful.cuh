// NaN and infinities in V, where some of 128 keys are hidden from some rows: 0 · NaN is not 0.
#pragma once
#include "hopper_rows.cuh"
#include "tile.cuh"

namespace ringflash {

// Whether V of 128 keys holds a NaN or infinity. A warp group together; `barrier` is a number of its own.
template <int D, bool BRAIN>
RF_INLINE bool holdsNonFinite(uint32_t values, int barrier) {
  uint32_t sum = 0;
#pragma unroll 4
  for (int at = threadIdx.x % GROUP_THREADS * 16; at < HopperShared<D>::BLOCK; at += GROUP_THREADS * 16) {
    uint4 v = loadShared16(values + at);
    sum = Storage<BRAIN>::addZeroTimes(v.x, sum);
    sum = Storage<BRAIN>::addZeroTimes(v.y, sum);
    sum = Storage<BRAIN>::addZeroTimes(v.z, sum);
    sum = Storage<BRAIN>::addZeroTimes(v.w, sum);
  }
  // The vote tells the compiler that all lanes go the same way: it keeps what counts stages in uniform registers then.
  return __any_sync(~0u, anyOfGroup((sum & 0x7FFF7FFFu) != 0, barrier, GROUP_THREADS));
}

// Where two neighbouring columns of a key lie.
template <int D>
RF_INLINE uint32_t valuesAt(uint32_t values, int key, int column) {
  using Shared = HopperShared<D>;
  int inHalf = column % Shared::COLUMNS;
  return values + column / Shared::COLUMNS * Shared::HALF + chunkAt<Shared::ROW_BYTES>(key, inHalf / 8) +
         inHalf % 8 * 2;
}

// A weight's product with an element, which keeps an infinity whose weight is 0.
RF_INLINE float carefulProduct(float weight, float value) {
  return isfinite(value) ? weight * value : fmaf(weight, 0.f, value);
}

// Adds the weights' products with V of 128 keys, each to just the rows that see its key, to the accumulators in their
// place in memory. Hardly ever runs, and must not cost the registers of what does.
template <int D, bool BRAIN>
RF_INLINE void addValuesCarefully(
    const PairWeights& w,
    const Parameters& p,
    const GroupStateRow& at,
    const Span& own,
    const TilePair& pair,
    uint32_t values) {
  uint32_t weights[32];
#pragma unroll
  for (int i = 0; i < 32; i++) {
    weights[i] = w[i / 4][i % 4];
  }
#pragma unroll 1
  for (int half = 0; half < 2; half++) {
    TileView view(p, own, pair.tile[half]);
#pragma unroll 1
    for (int key = 0; key < table::TOKENS; key++) {
#pragma unroll
      for (int h = 0; h < 2; h++) {
        uint32_t packed = __shfl_sync(~0u, weights[(half * 8 + key / 8) * 2 + h], lane() / 4 * 4 + key % 8 / 2);
        float weight = Storage<BRAIN>::unpack(packed >> key % 2 * 16);
        if (!view.visible(key - lane() % 4 * 2, h)) {
          continue;
        }
#pragma unroll 1
        for (int n = 0; n < D / 8; n++) {
          uint32_t v = loadShared4(valuesAt<D>(values, half * table::TOKENS + key, n * 8 + lane() % 4 * 2));
          float2* acc = accumulators<D>(p, at, h, n);
          acc->x += carefulProduct(weight, Storage<BRAIN>::unpack(v));
          acc->y += carefulProduct(weight, Storage<BRAIN>::unpack(v >> 16));
        }
      }
    }
  }
}

}  // namespace ringflash
