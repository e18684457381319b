// Schedule for large head dimensions of FP32: three tiles in shared memory, K and V in turn, two barriers a
// unit. A warp multiplies the next unit's scores while it weighs the current one's, so that the tensor cores
// have work during the softmax.
#pragma once
#include "paired_units.cuh"

namespace ringflash {

// Places for tiles of K and V in turn: while one is in use, the next ones travel.
template <int D>
class TilesInTurn {
 public:
  static constexpr int COUNT = 3;
  static constexpr int SHARED_BYTES = COUNT * PairCopier<D>::BYTES;

  RF_INLINE explicit TilesInTurn(uint32_t shared) : shared_(shared), used_(shared), free_(shared) {}

  // Lets a tile travel before the first is taken: COUNT - 1 times.
  template <class Copy>
  RF_INLINE void send(Copy copy) {
    copy(free_);
    commitCopies();
    free_ = behind(free_);
  }

  // The next tile in the order in which they were sent; ends the use of the one before, whose place `copy`
  // fills.
  template <class Copy>
  RF_INLINE uint32_t take(Copy copy) {
    awaitCopies<COUNT - 2>();
    __syncthreads();
    send(copy);
    uint32_t tile = used_;
    used_ = behind(used_);
    return tile;
  }

 private:
  RF_INLINE uint32_t behind(uint32_t tile) const {
    return tile + PairCopier<D>::BYTES == shared_ + SHARED_BYTES ? shared_ : tile + PairCopier<D>::BYTES;
  }

  uint32_t shared_;
  uint32_t used_;
  uint32_t free_;
};

template <int D, bool EXTENDED>
class PairedAhead {
 public:
  static constexpr int SHARED_BYTES = TilesInTurn<D>::SHARED_BYTES;

  static RF_INLINE void run(const Parameters& p, uint32_t shared) {
    Units units(p, Place(p));
    Unit now = units.next();
    if (!now.any() && read(p.shape, shape::FIRST) == 0) {
      return;
    }
    Unit next = units.next();
    PairCopier<D> copier(p, units.place());
    TilesInTurn<D> tiles(shared);
    // K is a unit ahead of V.
    auto keysOf = [&](Unit unit) { return [&copier, unit](uint32_t to) { copier.copyKeys(to, unit); }; };
    auto valuesOf = [&](Unit unit) { return [&copier, unit](uint32_t to) { copier.copyValues(to, unit); }; };
    tiles.send(keysOf(now));
    tiles.send(keysOf(next));
    PairedQueries<D> queries;
    queries.load(p, units.place());
    Rows<D> rows;
    loadScaled(rows, p, StateRow(p, units.place()));
    float scale = scoreScale<EXTENDED>(p);

    Scores s;
    bool seen = false;
    float2 factors = make_float2(0.f, 0.f);
    uint32_t keys = tiles.take(valuesOf(now)) + keysLane<PAIR_PITCH<D>>();
    if (now.any()) {
      factors = copier.factors(now);
      seen = true;
      anyScores<EXTENDED>(s, queries, keys, factors.x, scale, p, units, now);
    }
    while (now.any()) {
      bool run = now.full() && next.full() && next.index() == now.index() + 1;
      if (!EXTENDED && run && !queries.anyIrregular) {
        int ahead = units.ahead();
        int left = ahead;
#pragma unroll 1
        for (; left > 0; left--) {
          float2 ofNext = copier.factors(next);
          if (irregular(ofNext.x) || irregular(factors.y)) {
            break;
          }
          Unit later = next;
          later.skip(1);
          PairedWeights w;
          keys = tiles.take(keysOf(later)) + keysLane<PAIR_PITCH<D>>();
          raiseMaxima(s, rows, 1.f, WEIGHT_SLACK);
          multiplyAndWeigh(s, w, rows, queries, keys, ofNext.x, scale);
          addValues(w, rows, tiles.take(valuesOf(next)) + rowsLane<PAIR_PITCH<D>>(), factors.y);
          now = next;
          next = later;
          factors = ofNext;
        }
        units.skip(ahead - left);
      }
      Unit later = units.next();
      PairedWeights w;
      uint32_t kept = ALL;
      keys = tiles.take(keysOf(later)) + keysLane<PAIR_PITCH<D>>();
      if (seen) {
        raiseMaxima(s, rows, 1.f, WEIGHT_SLACK);
        weigh(s, w, rows);
        kept = dropAny<EXTENDED>(w, p, units, now);
      }
      bool seesNext = next.any() && (next.full() || View(p, units, next).seen);
      float2 ofNext = next.any() ? copier.factors(next) : factors;
      if (seesNext) {
        anyScores<EXTENDED>(s, queries, keys, ofNext.x, scale, p, units, next);
      }
      uint32_t values = tiles.take(valuesOf(next)) + rowsLane<PAIR_PITCH<D>>();
      if (seen) {
        addAnyValues(w, rows, values, factors.y, kept, p, units, now);
      }
      now = next;
      next = later;
      seen = seesNext;
      factors = ofNext;
    }
    storeScaled(rows, p, StateRow(p, units.place()));
  }
};

}  // namespace ringflash
