// Schedule for large head dimensions and for the extended kernels: one unit of K and one of V in
// shared memory, Q beside them, two barriers a unit. While a warp multiplies with K, V travels;
// while it multiplies with V, the next K.
#pragma once
#include "block.cuh"

namespace ringflash {

template <int D, bool BRAIN, bool EXTENDED, int QREGS>
class Alternating {
 public:
  static constexpr int PITCH = D * 2 + 16;
  static constexpr int UNIT_BYTES = UNIT * PITCH;
  static constexpr int KEYS_AT = Queries<D, QREGS>::BYTES;
  static constexpr int VALUES_AT = KEYS_AT + UNIT_BYTES;
  static constexpr int UNITS_AT = VALUES_AT + UNIT_BYTES;
  static constexpr int SHARED_BYTES = UNITS_AT + Units::BYTES;

  static RF_INLINE void run(const Parameters& p, uint32_t shared) {
    Units units(p, Place(p), shared + UNITS_AT);
    Unit now = units.next();
    if (!now.any() && read(p.shape, shape::FIRST) == 0) {
      return;
    }
    Queries<D, QREGS> queries;
    queries.load(p, units.place(), shared);
    UnitCopier<D, PITCH> copier(p);
    if (now.any()) {
      copier.moveTo(now, units);
      copier.copyKeys(shared + KEYS_AT, now);
    }
    commitCopies();
    Rows<D> rows;
    load(rows, p, StateRow(p, units.place()));

    float scale = EXTENDED ? 1.f : p.scalars[scalar::SCALE] * static_cast<float>(M_LOG2E);
    uint32_t keys = shared + KEYS_AT + keyLane<PITCH>();
    uint32_t values = shared + VALUES_AT + valueLane<PITCH>();
    while (now.any()) {
      if (!EXTENDED && now.full()) {
        int ahead = units.ahead();
        units.skip(ahead);
        now.skip(ahead);
#pragma unroll 1
        for (; ahead > 0; ahead--) {
          Scores s;
          Weights w;
          awaitAll();
          copier.copyValues(shared + VALUES_AT);
          commitCopies();
          multiply<BRAIN, D, QREGS, PITCH>(s, queries, keys);
          awaitAll();
          copier.moveOn();
          copier.copyKeys(shared + KEYS_AT);
          commitCopies();
          raiseMaxima(s, rows, scale);
          weighAll<BRAIN>(s, w, rows, scale);
          addValues<BRAIN, D, PITCH>(w, rows, values);
        }
      }
      Scores s;
      awaitAll();
      copier.copyValues(shared + VALUES_AT, now);
      commitCopies();
      Unit next = units.next();
      bool seen = now.full() || View(p, units, now).seen;
      if (seen) {
        multiply<BRAIN, D, QREGS, PITCH>(s, queries, keys);
      }
      awaitAll();
      if (next.any()) {
        if (EXTENDED && next.behind()) {
          copier.moveOn();
        } else {
          copier.moveTo(next, units);
        }
        copier.copyKeys(shared + KEYS_AT, next);
      }
      commitCopies();
      if (seen) {
        mask(s, p, units, now);
        Weights w;
        raiseMaxima(s, rows, scale);
        weighAll<BRAIN>(s, w, rows, scale);
        fold(w, rows, p, units, now, shared + VALUES_AT);
      }
      now = next;
    }
    store(rows, p, StateRow(p, units.place()));
  }

 private:
  // This thread's copies have arrived, then everyone's; and everyone is done with the other buffer.
  static RF_INLINE void awaitAll() {
    awaitCopies<0>();
    __syncthreads();
  }

  static RF_INLINE void mask(Scores& s, const Parameters& p, const Units& units, Unit unit) {
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

  static RF_INLINE void fold(
      Weights& w, Rows<D>& rows, const Parameters& p, const Units& units, Unit unit, uint32_t values) {
    bool hides = !unit.full();
    uint32_t kept = ALL;
    if constexpr (EXTENDED) {
      if (read(p.shape, shape::DROP_THRESHOLD) != static_cast<int>(0x80000000u)) {
        kept = drop(w, View(p, units, unit), units.place().rowHead, p.shape);
        hides = true;
      }
    }
    if (hides && holdsNonFinite<BRAIN, D, PITCH>(values)) {
      kept &= visibleScores(View(p, units, unit));
      addValuesCarefully<BRAIN, D, PITCH>(w, rows, p, units, values + valueLane<PITCH>(), kept);
    } else {
      addValues<BRAIN, D, PITCH>(w, rows, values + valueLane<PITCH>());
    }
  }
};

}  // namespace ringflash
