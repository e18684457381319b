// What the schedules of the FP32 kernels share: how units of a split block reach shared memory, and what is
// done to a unit's scores and values where the fast loops don't go.
#pragma once
#include "exact.cuh"

namespace ringflash {

// Copies units of a split block; all threads take part. Units of the table follow each other in memory.
template <int D>
class PairCopier {
 public:
  static constexpr int BYTES = UNIT * PAIR_PITCH<D>;

  RF_INLINE PairCopier(const Parameters& p, const Place& place) : p_(p) {
    int kvHead = place.rowHead / read(p.shape, shape::GROUP_SIZE);
    long long tile = static_cast<long long>(kvHead) * read(p.keyTiles, table::TILES);
    factors_ = p.factors + tile * 2;
    offset_ = SplitBlock::LEAD * 2 + static_cast<size_t>(tile) * UNITS_PER_TILE * BYTES + threadIdx.x * 16;
  }

  // Nothing, if there is no unit.
  RF_INLINE void copyKeys(uint32_t to, Unit unit) const { copy(to, p_.keyHalves, unit); }
  RF_INLINE void copyValues(uint32_t to, Unit unit) const { copy(to, p_.valueHalves, unit); }

  // Of K and of V.
  RF_INLINE float2 factors(Unit unit) const { return __ldg(reinterpret_cast<const float2*>(factors_) + unit.tile()); }

 private:
  static constexpr int CHUNKS = D / 4;
  static constexpr int PASS = THREADS / CHUNKS;
  static_assert(UNIT % PASS == 0 && PASS % 8 == 0, "");

  RF_INLINE void copy(uint32_t to, const uint8_t* halves, Unit unit) const {
    if (!unit.any()) {
      return;
    }
    const uint8_t* from = halves + offset_ + static_cast<size_t>(unit.index()) * BYTES;
#pragma unroll
    for (int i = 0; i < UNIT; i += PASS) {
      copyAsync(to + chunkAt<PAIR_PITCH<D>>(threadIdx.x / CHUNKS + i, threadIdx.x % CHUNKS), from + i * PAIR_PITCH<D>, 16);
    }
  }

  const Parameters& p_;
  const float* factors_;
  size_t offset_;
};

// Sums are kept in the unit of the weights while a kernel runs.
template <int D>
RF_INLINE void loadScaled(Rows<D>& rows, const Parameters& p, const StateRow& at) {
  load(rows, p, at);
#pragma unroll
  for (int i = 0; i < M_TILES; i++) {
    rows.sum[i][0] *= 1 / WEIGHT_UNIT;
    rows.sum[i][1] *= 1 / WEIGHT_UNIT;
  }
}

template <int D>
RF_INLINE void storeScaled(Rows<D>& rows, const Parameters& p, const StateRow& at) {
#pragma unroll
  for (int i = 0; i < M_TILES; i++) {
    rows.sum[i][0] *= WEIGHT_UNIT;
    rows.sum[i][1] *= WEIGHT_UNIT;
  }
  store(rows, p, at);
}

// What scores are multiplied by when they are computed; the extended kernels do it later.
template <bool EXTENDED>
RF_INLINE float scoreScale(const Parameters& p) {
  return EXTENDED ? 1.f : p.scalars[scalar::SCALE] * static_cast<float>(M_LOG2E);
}

// A unit's scores, whatever its numbers are and the mask says.
template <bool EXTENDED, int D>
RF_INLINE void anyScores(
    Scores& s,
    const PairedQueries<D>& queries,
    uint32_t keys,
    float keyFactor,
    float scale,
    const Parameters& p,
    const Units& units,
    Unit unit) {
  multiply(s, queries, keys, keyFactor, scale);
  if (queries.anyIrregular || irregular(keyFactor)) {
    multiplyExactly(s, queries, p, units, unit, irregular(keyFactor), scale);
  }
  if (EXTENDED || !unit.full()) {
    View view(p, units, unit);
    if constexpr (EXTENDED) {
      float slope = p.scalars[scalar::SLOPES + units.place().rowHead];
      modify(s, view, p.scalars[scalar::SCALE], p.scalars[scalar::SOFTCAP], slope);
    }
    if (!view.full) {
      hide(s, view);
    }
  }
}

// Drops weights, if the kernel drops any. Returns the bits of those that were kept.
template <bool EXTENDED>
RF_INLINE uint32_t dropAny(PairedWeights& w, const Parameters& p, const Units& units, Unit unit) {
  if constexpr (EXTENDED) {
    if (read(p.shape, shape::DROP_THRESHOLD) != static_cast<int>(0x80000000u)) {
      return drop(w, View(p, units, unit), units.place().rowHead, p.shape);
    }
  }
  return ALL;
}

// Adds a unit's values, whatever they are. `kept` are the weights that were not dropped.
template <int D>
RF_INLINE void addAnyValues(
    const PairedWeights& w,
    Rows<D>& rows,
    uint32_t values,
    float valueFactor,
    uint32_t kept,
    const Parameters& p,
    const Units& units,
    Unit unit) {
  if (irregular(valueFactor)) {
    addValuesExactly(w, rows, p, units, unit, kept & visibleScores(View(p, units, unit)));
  } else {
    addValues(w, rows, values, valueFactor);
  }
}

}  // namespace ringflash
