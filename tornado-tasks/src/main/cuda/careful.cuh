// NaN and infinities in V, where some keys of a unit are hidden from some rows.
#pragma once
#include "state.cuh"
#include "view.cuh"

namespace ringflash {

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
      Fragment v = loadMatrixTransposed(columns(values, n / 2) + k * 16 * PITCH);
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
        Storage<BRAIN>::multiply(acc[i], acc[i], p[i][k], a.finite, b.finite);
        Storage<BRAIN>::multiply(plus[i], plus[i], ones, a.plus, b.plus);
        Storage<BRAIN>::multiply(minus[i], minus[i], ones, a.minus, b.minus);
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
