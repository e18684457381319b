// Schedule for small head dimensions: Q stays in registers, three stages of (next K, V) in shared
// memory, one barrier per unit. A warp multiplies the next unit's scores while it exponentiates the
// current one's, so that the tensor cores have work during the softmax.
#pragma once
#include "block.cuh"

namespace ringflash {

template <int D, bool BRAIN>
class Pipelined {
 public:
  using Copier = UnitCopier<D>;
  static constexpr int PITCH = Copier::PITCH;
  static constexpr int UNIT_BYTES = Copier::BYTES;
  static constexpr int STAGES = 3;
  static constexpr int STAGE_BYTES = 2 * UNIT_BYTES;
  static constexpr int SHARED_BYTES = STAGES * STAGE_BYTES;
  static constexpr int STEPS = D / 16;

  static RF_INLINE void run(const Parameters& p, uint32_t shared) {
    Units units(p, Place(p));
    Copier copier(p);
    // Stage n holds K of unit n + 1 and V of unit n. The copier stands at `valuesOf`.
    auto fill = [&](uint32_t stage, Unit valuesOf, Unit keysOf) {
      if (valuesOf.any()) {
        copier.copyValues(stage + UNIT_BYTES, valuesOf);
      }
      if (keysOf.any()) {
        copier.moveTo(keysOf, units);
        copier.copyKeys(stage, keysOf);
      }
      commitCopies();
    };
    // The current unit and those whose keys are on their way. K of the first borrows the last stage.
    Unit queue[STAGES];
    queue[STAGES - 1] = {-1};
#pragma unroll 1
    for (int n = 0; n < STAGES; n++) {
      Unit unit = units.next();
      fill(shared + (n + STAGES - 1) % STAGES * STAGE_BYTES, queue[STAGES - 1], unit);
      push(queue, unit);
    }
    if (!queue[0].any() && read(p.shape, shape::FIRST) == 0) {
      return;
    }

    Queries<D, STEPS> queries;
    queries.load(p, units.place(), 0);
    Rows<D> rows;
    load(rows, p, StateRow(p, units.place()));
    float scale = p.scalars[scalar::SCALE] * static_cast<float>(M_LOG2E);

    Scores s;
    awaitCopies<STAGES - 1>();
    __syncthreads();
    multiply<BRAIN, D, STEPS>(s, queries, shared + (STAGES - 1) * STAGE_BYTES + keysLane<PITCH>());
    Sight sight = mask(s, p, units, queue[0]);

    uint32_t stage = shared;
    uint32_t freeStage = shared + (STAGES - 1) * STAGE_BYTES;
    auto turn = [&] {
      freeStage = stage;
      stage = stage + STAGE_BYTES == shared + SHARED_BYTES ? shared : stage + STAGE_BYTES;
    };
    while (queue[0].any()) {
      // Units on their way that are neighbours in a run of full ones: those behind them are, too.
      Unit last = queue[STAGES - 1];
      if (queue[0].full() && last.full() && last.index() == queue[0].index() + STAGES - 1) {
        int ahead = units.ahead();
        units.skip(ahead);
#pragma unroll
        for (int n = 0; n < STAGES; n++) {
          queue[n].skip(ahead);
        }
#pragma unroll 1
        for (; ahead > 0; ahead--) {
          awaitCopies<STAGES - 2>();
          __syncthreads();
          copier.copyValues(freeStage + UNIT_BYTES);
          copier.moveOn();
          copier.copyKeys(freeStage);
          commitCopies();
          Weights w;
          raiseMaxima(s, rows, scale);
          multiplyAndWeigh(s, w, rows, scale, queries, stage + keysLane<PITCH>());
          addValues<BRAIN, D, PITCH>(w, rows, stage + UNIT_BYTES + rowsLane<PITCH>());
          turn();
        }
      }
      awaitCopies<STAGES - 2>();
      __syncthreads();
      Unit later = units.next();
      fill(freeStage, queue[STAGES - 1], later);
      uint32_t keys = stage + keysLane<PITCH>();
      if (sight == Sight::NOTHING) {
        multiply<BRAIN, D, STEPS>(s, queries, keys);
      } else {
        Weights w;
        raiseMaxima(s, rows, scale);
        multiplyAndWeigh(s, w, rows, scale, queries, keys);
        uint32_t values = stage + UNIT_BYTES;
        if (sight == Sight::SOME && holdsNonFinite<BRAIN, D, PITCH>(values)) {
          uint32_t visible = visibleScores(View(p, units, queue[0]));
          addValuesCarefully<BRAIN, D, PITCH>(w, rows, p, units, values + rowsLane<PITCH>(), visible);
        } else {
          addValues<BRAIN, D, PITCH>(w, rows, values + rowsLane<PITCH>());
        }
      }
      push(queue, later);
      sight = mask(s, p, units, queue[0]);
      turn();
    }
    store(rows, p, StateRow(p, units.place()));
  }

 private:
  static RF_INLINE void push(Unit (&queue)[STAGES], Unit unit) {
#pragma unroll
    for (int n = 1; n < STAGES; n++) {
      queue[n - 1] = queue[n];
    }
    queue[STAGES - 1] = unit;
  }

  // What the rows of the warp see of a unit.
  enum class Sight { ALL_OF_IT, SOME, NOTHING };

  static RF_INLINE Sight mask(Scores& s, const Parameters& p, const Units& units, Unit unit) {
    if (!unit.any() || unit.full()) {
      return Sight::ALL_OF_IT;
    }
    View view(p, units, unit);
    if (!view.full) {
      hide(s, view);
    }
    return view.full ? Sight::ALL_OF_IT : view.seen ? Sight::SOME : Sight::NOTHING;
  }

  // Weighs the scores and replaces them by the next unit's. The last products write to where the scores
  // were, which are weighed by then: nothing is moved.
  static RF_INLINE void multiplyAndWeigh(
      Scores& s, Weights& w, Rows<D>& rows, float scale, const Queries<D, STEPS>& queries, uint32_t keys) {
    constexpr int TILES = M_TILES * N_TILES;
    Scores next;
    clear(next);
#pragma unroll
    for (int step = 0; step < STEPS; step++) {
      Fragment q[M_TILES];
      queries.step(q, step);
#pragma unroll
      for (int t = step * TILES / STEPS; t < (step + 1) * TILES / STEPS; t++) {
        weigh<BRAIN>(s, w, rows, scale, t % M_TILES, t / M_TILES);
      }
      addProducts<BRAIN, PITCH>(step == STEPS - 1 ? s : next, next, q, columns(keys, step));
    }
  }
};

}  // namespace ringflash
