// Schedule for large head dimensions and for the extended kernels: two stages of K and V in shared
// memory, one barrier a unit, QREGS·16 columns of Q in registers and the others beside the stages. While
// a warp computes with one stage, the next unit travels to the other.
#pragma once
#include "block.cuh"

namespace ringflash {

template <int D, bool BRAIN, bool EXTENDED, int QREGS>
class Doubled {
 public:
  using Copier = UnitCopier<D>;
  static constexpr int PITCH = Copier::PITCH;
  static constexpr int STAGE_BYTES = 2 * Copier::BYTES;
  static constexpr int QUERIES_AT = 2 * STAGE_BYTES;
  static constexpr int SHARED_BYTES = QUERIES_AT + Queries<D, QREGS>::BYTES;

  static RF_INLINE void run(const Parameters& p, uint32_t shared) {
    Units units(p, Place(p));
    Unit now = units.next();
    if (!now.any() && read(p.shape, shape::FIRST) == 0) {
      return;
    }
    Queries<D, QREGS> queries;
    queries.load(p, units.place(), shared + QUERIES_AT);
    Copier copier(p);
    uint32_t stage = shared;
    if (now.any()) {
      copier.moveTo(now, units);
      copier.copyKeys(stage, now);
      copier.copyValues(stage + Copier::BYTES, now);
    }
    commitCopies();
    Rows<D> rows;
    load(rows, p, StateRow(p, units.place()));

    float scale = EXTENDED ? 1.f : p.scalars[scalar::SCALE] * static_cast<float>(M_LOG2E);
    auto other = [&] { return 2 * shared + STAGE_BYTES - stage; };
    while (now.any()) {
      if (!EXTENDED && now.full()) {
        int ahead = units.ahead();
        units.skip(ahead);
        now.skip(ahead);
#pragma unroll 1
        for (; ahead > 0; ahead--) {
          awaitAll();
          copier.moveOn();
          copier.copyKeys(other());
          copier.copyValues(other() + Copier::BYTES);
          commitCopies();
          Scores s;
          Weights w;
          multiply<BRAIN, D, QREGS>(s, queries, stage + keysLane<PITCH>());
          raiseMaxima(s, rows, scale);
          weighAll<BRAIN>(s, w, rows, scale);
          addValues<BRAIN, D, PITCH>(w, rows, stage + Copier::BYTES + rowsLane<PITCH>());
          stage = other();
        }
      }
      awaitAll();
      Unit next = units.next();
      if (next.any()) {
        if (EXTENDED && next.behind()) {
          copier.moveOn();
        } else {
          copier.moveTo(next, units);
        }
        copier.copyKeys(other(), next);
        copier.copyValues(other() + Copier::BYTES, next);
      }
      commitCopies();
      if (now.full() || View(p, units, now).seen) {
        Scores s;
        Weights w;
        multiply<BRAIN, D, QREGS>(s, queries, stage + keysLane<PITCH>());
        mask(s, p, units, now);
        raiseMaxima(s, rows, scale);
        weighAll<BRAIN>(s, w, rows, scale);
        fold(w, rows, p, units, now, stage + Copier::BYTES);
      }
      now = next;
      stage = other();
    }
    store(rows, p, StateRow(p, units.place()));
  }

 private:
  // This thread's copies have arrived, then everyone's; and everyone is done with the other stage.
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
      addValuesCarefully<BRAIN, D, PITCH>(w, rows, p, units, values + rowsLane<PITCH>(), kept);
    } else {
      addValues<BRAIN, D, PITCH>(w, rows, values + rowsLane<PITCH>());
    }
  }
};

}  // namespace ringflash
