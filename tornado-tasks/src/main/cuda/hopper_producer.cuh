// The warps that feed the others: they find the tiles these need and have the copy engine bring them.
#pragma once
#include "hopper_items.cuh"

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
  using Place = typename Shared::Place;

  RF_INLINE HopperProducer(const Parameters& p, const TensorMaps& maps, const Shared& shared)
      : p_(p), maps_(maps), shared_(shared) {}

  // Of one warp, which takes the items for all.
  RF_INLINE void bringKeys() {
    ItemSource<Shared> items(p_, shared_);
    while (items.number() != Item::NONE) {
      Place place(p_.grid, items.number());
      KeyHead head(p_, place);
      TileWalk<Shared::GROUPS> walk(p_, place.firstTile, place.tiles);
      TilePair pair = walk.next();
      items.tell({items.number(), pair.any(), stages_.stage, stages_.parity, 0});
      while (pair.any()) {
        TilePair next = walk.next();
        pair.last = !next.any();
        copyKeys(pair, head);
        pair = next;
      }
      items.take();
    }
    items.tell({Item::NONE, 0, 0, 0, 0});
  }

  // Of another.
  RF_INLINE void bringValues() {
    ItemReader<Shared> items(shared_);
    for (Item item = items.next(); item.number != Item::NONE; item = items.next()) {
      Place place(p_.grid, item.number);
      KeyHead head(p_, place);
      TileWalk<Shared::GROUPS> walk(p_, place.firstTile, place.tiles);
      for (TilePair pair = walk.next(); pair.any(); pair = walk.next()) {
        copyValues(pair, head);
      }
    }
  }

  // Of a third.
  RF_INLINE void bringQueries() {
    ItemReader<Shared> items(shared_);
    for (Item item = items.next(); item.number != Item::NONE; item = items.next()) {
      Place place(p_.grid, item.number);
      // A warp group has had a tile of each item before, since items of one tile come last.
      for (int group = 0; group < place.tiles; group++) {
        copyQueries(place, group, item.odd ^ 1);
      }
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

  // The head of keys that an item's queries look at.
  struct KeyHead {
    int head;
    int batch;

    RF_INLINE KeyHead(const Parameters& p, const Place& place) {
      int heads = read(p.keyTiles, table::HEADS);
      int among = place.rowHead / read(p.shape, shape::GROUP_SIZE);
      batch = among / heads;
      head = among - batch * heads;
    }
  };

  RF_INLINE void copyQueries(const Place& place, int group, int parity) const {
    if (lane() != 0) {
      return;
    }
    int heads = read(p_.queryTiles, table::HEADS);
    int batch = place.rowHead / heads;
    int token = read(p_.queryTiles, place.firstTile + group, table::SOURCE);
    await(shared_.queriesEmpty(group), parity);
    arriveExpecting(shared_.queriesFull(group), Shared::QUERY_TILE);
#pragma unroll
    for (int half = 0; half < Shared::HALVES; half++) {
      copyBox(shared_.queries(group) + half * Shared::HALF_TILE, maps_.q, half * Shared::COLUMNS,
              place.rowHead - batch * heads, token, batch, shared_.queriesFull(group));
    }
  }

  RF_INLINE void copyKeys(const TilePair& pair, const KeyHead& head) {
    if (lane() == 0) {
      int stage = stages_.stage;
      Tokens tokens(p_, pair);
      await(shared_.keysEmpty(stage), stages_.parity ^ 1);
      shared_.pair(stage).write(pair);
      arriveExpecting(shared_.keysFull(stage), Shared::BLOCK);
      copy(tokens, head, maps_.k, shared_.keys(stage), shared_.keysFull(stage));
    }
    stages_.turn();
  }

  RF_INLINE void copyValues(const TilePair& pair, const KeyHead& head) {
    if (lane() == 0) {
      int stage = stages_.stage;
      Tokens tokens(p_, pair);
      await(shared_.valuesEmpty(stage), stages_.parity ^ 1);
      arriveExpecting(shared_.valuesFull(stage), Shared::BLOCK);
      copy(tokens, head, maps_.v, shared_.values(stage), shared_.valuesFull(stage));
    }
    stages_.turn();
  }

  RF_INLINE void copy(
      const Tokens& tokens, const KeyHead& head, const TensorMap& map, uint32_t to, uint32_t barrier) const {
#pragma unroll
    for (int i = 0; i < 2; i++) {
#pragma unroll
      for (int half = 0; half < Shared::HALVES; half++) {
        copyBox(to + half * Shared::HALF + i * Shared::HALF_TILE, map, half * Shared::COLUMNS, head.head,
                tokens.first[i], head.batch, barrier);
      }
    }
  }

  const Parameters& p_;
  const TensorMaps& maps_;
  const Shared& shared_;
  Counter stages_;
};

}  // namespace ringflash
