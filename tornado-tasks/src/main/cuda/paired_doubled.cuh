// Schedule for small head dimensions of FP32: two stages of K and V in shared memory, one barrier a unit.
// While a warp computes with one stage, the next unit travels to the other.
#pragma once
#include "paired_units.cuh"

namespace ringflash {

template <int D>
class TwoStages {
 public:
  static constexpr int STAGE = 2 * PairCopier<D>::BYTES;
  static constexpr int SHARED_BYTES = 2 * STAGE;

  RF_INLINE TwoStages(const PairCopier<D>& copier, uint32_t shared, Unit first)
      : copier_(copier), shared_(shared), now_(shared) {
    copy(now_, first);
  }

  // The unit that was let travel last; lets the next one travel.
  RF_INLINE void turn(Unit next) {
    awaitCopies<0>();
    __syncthreads();
    copy(other(), next);
  }

  // A lane's places in the tiles of that unit, until the next turn.
  RF_INLINE uint32_t keys() const { return now_ + keysLane<PAIR_PITCH<D>>(); }
  RF_INLINE uint32_t values() const { return now_ + PairCopier<D>::BYTES + rowsLane<PAIR_PITCH<D>>(); }

  RF_INLINE void moveOn() { now_ = other(); }

 private:
  RF_INLINE uint32_t other() const { return 2 * shared_ + STAGE - now_; }

  RF_INLINE void copy(uint32_t stage, Unit unit) const {
    copier_.copyKeys(stage, unit);
    copier_.copyValues(stage + PairCopier<D>::BYTES, unit);
    commitCopies();
  }

  const PairCopier<D>& copier_;
  uint32_t shared_;
  uint32_t now_;
};

template <int D, bool EXTENDED>
class PairedDoubled {
 public:
  static constexpr int SHARED_BYTES = TwoStages<D>::SHARED_BYTES;

  static RF_INLINE void run(const Parameters& p, uint32_t shared) {
    Units units(p, Place(p));
    Unit now = units.next();
    if (!now.any() && read(p.shape, shape::FIRST) == 0) {
      return;
    }
    PairCopier<D> copier(p, units.place());
    TwoStages<D> stages(copier, shared, now);
    PairedQueries<D> queries;
    queries.load(p, units.place());
    Rows<D> rows;
    loadScaled(rows, p, StateRow(p, units.place()));
    float scale = scoreScale<EXTENDED>(p);

    while (now.any()) {
      if (!EXTENDED && now.full() && !queries.anyIrregular) {
        int ahead = units.ahead();
        int left = ahead;
#pragma unroll 1
        for (; left > 0; left--) {
          float2 factors = copier.factors(now);
          if (irregular(factors.x) || irregular(factors.y)) {
            break;
          }
          now.skip(1);
          stages.turn(now);
          Scores s;
          PairedWeights w;
          multiply(s, queries, stages.keys(), factors.x, scale);
          raiseMaxima(s, rows, 1.f, WEIGHT_SLACK);
          weigh(s, w, rows);
          addValues(w, rows, stages.values(), factors.y);
          stages.moveOn();
        }
        units.skip(ahead - left);
      }
      Unit next = units.next();
      float2 factors = copier.factors(now);
      stages.turn(next);
      if (now.full() || View(p, units, now).seen) {
        Scores s;
        PairedWeights w;
        anyScores<EXTENDED>(s, queries, stages.keys(), factors.x, scale, p, units, now);
        raiseMaxima(s, rows, 1.f, WEIGHT_SLACK);
        weigh(s, w, rows);
        uint32_t kept = dropAny<EXTENDED>(w, p, units, now);
        addAnyValues(w, rows, stages.values(), factors.y, kept, p, units, now);
      }
      stages.moveOn();
      now = next;
    }
    storeScaled(rows, p, StateRow(p, units.place()));
  }
};

}  // namespace ringflash
