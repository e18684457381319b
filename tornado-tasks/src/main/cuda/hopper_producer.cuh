// The warps that feed the others: they find the tiles these need and have the copy engine bring them.
#pragma once
#include "hopper_shared.cuh"

namespace ringflash {

// Tensors as the copy engine sees them: (headDim, head, token, batch).
struct TensorMaps {
  const TensorMap& q;
  const TensorMap& k;
  const TensorMap& v;
};

template <int D>
class HopperProducer {
 public:
  using Shared = HopperShared<D>;
  using Counter = StageCounter<Shared::STAGES>;

  RF_INLINE HopperProducer(const Parameters& p, const TensorMaps& maps, const Shared& shared)
      : p_(p), maps_(maps), shared_(shared), place_(p) {
    int heads = read(p.keyTiles, table::HEADS);
    int head = place_.rowHead / read(p.shape, shape::GROUP_SIZE);
    batch_ = head / heads;
    head_ = head - batch_ * heads;
  }

  // Of one warp.
  RF_INLINE void bringQueriesAndKeys() {
    copyQueries();
    TileWalk<Shared::GROUPS> walk(p_, place_.firstTile);
    TilePair pair;
    do {
      pair = walk.next();
      copyKeys(pair);
    } while (pair.any());
  }

  // Of another.
  RF_INLINE void bringValues() {
    TileWalk<Shared::GROUPS> walk(p_, place_.firstTile);
    for (TilePair pair = walk.next(); pair.any(); pair = walk.next()) {
      copyValues(pair);
    }
  }

 private:
  // Where tiles begin, among all tokens of the table. One that is missing lies beyond the last, and becomes 0 for it.
  struct Tokens {
    int first[2];

    RF_INLINE Tokens(const Parameters& p, const TilePair& pair) {
#pragma unroll
      for (int i = 0; i < 2; i++) {
        first[i] = pair.tile[i] == TilePair::NONE ? read(p.keyTiles, table::LENGTH)
                                                  : read(p.keyTiles, pair.tile[i], table::SOURCE);
      }
    }
  };

  RF_INLINE void copyQueries() const {
    if (lane() != 0) {
      return;
    }
    int heads = read(p_.queryTiles, table::HEADS);
    int batch = place_.rowHead / heads;
    arriveExpecting(shared_.queriesFull(), Shared::GROUPS * Shared::QUERY_TILE);
    for (int group = 0; group < Shared::GROUPS; group++) {
      int tile = place_.firstTile + group;
      int token = tile < read(p_.queryTiles, table::TILES) ? read(p_.queryTiles, tile, table::SOURCE)
                                                           : read(p_.queryTiles, table::LENGTH);
#pragma unroll
      for (int half = 0; half < Shared::HALVES; half++) {
        copyBox(shared_.queries(group) + half * Shared::HALF_TILE, maps_.q, half * Shared::COLUMNS,
                place_.rowHead - batch * heads, token, batch, shared_.queriesFull());
      }
    }
  }

  // Also tells that there are no more.
  RF_INLINE void copyKeys(const TilePair& pair) {
    if (lane() == 0) {
      int stage = stages_.stage;
      Tokens tokens(p_, pair);
      await(shared_.keysEmpty(stage), stages_.parity ^ 1);
      shared_.pair(stage).write(pair);
      if (pair.any()) {
        arriveExpecting(shared_.keysFull(stage), Shared::BLOCK);
        copy(tokens, maps_.k, shared_.keys(stage), shared_.keysFull(stage));
      } else {
        arrive(shared_.keysFull(stage));
      }
    }
    stages_.turn();
  }

  RF_INLINE void copyValues(const TilePair& pair) {
    if (lane() == 0) {
      int stage = stages_.stage;
      Tokens tokens(p_, pair);
      await(shared_.valuesEmpty(stage), stages_.parity ^ 1);
      arriveExpecting(shared_.valuesFull(stage), Shared::BLOCK);
      copy(tokens, maps_.v, shared_.values(stage), shared_.valuesFull(stage));
    }
    stages_.turn();
  }

  RF_INLINE void copy(const Tokens& tokens, const TensorMap& map, uint32_t to, uint32_t barrier) const {
#pragma unroll
    for (int i = 0; i < 2; i++) {
#pragma unroll
      for (int half = 0; half < Shared::HALVES; half++) {
        copyBox(to + half * Shared::HALF + i * Shared::HALF_TILE, map, half * Shared::COLUMNS, head_, tokens.first[i],
                batch_, barrier);
      }
    }
  }

  const Parameters& p_;
  const TensorMaps& maps_;
  const Shared& shared_;
  typename Shared::Place place_;
  int head_;  // of keys
  int batch_;
  Counter stages_;
};

}  // namespace ringflash
