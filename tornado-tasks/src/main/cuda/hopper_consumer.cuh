// A warp group that folds keys into its 64 rows. While it exponentiates the scores of 128 keys, the tensor cores
// multiply the weights of the 128 before with V, and other warp groups' scores: groups take turns in starting
// products, so that one's softmax falls into another's products.
#pragma once
#include "hopper_careful.cuh"
#include "hopper_items.cuh"
#include "hopper_results.cuh"

namespace ringflash {

template <int D, bool BRAIN>
class HopperConsumer {
 public:
  using Shared = HopperShared<D>;
  using Counter = StageCounter<Shared::STAGES>;
  using Product = WarpGroupProduct<BRAIN>;
  using Place = typename Shared::Place;

  RF_INLINE HopperConsumer(const Parameters& p, const Shared& shared, int group)
      : p_(p),
        shared_(shared),
        scale_(p.scalars[scalar::SCALE] * static_cast<float>(M_LOG2E)),
        group_(group),
        item_(Item::NONE),
        alone_(false),
        taken_(0) {}

  RF_INLINE void run() {
    if (group_ == Shared::GROUPS - 1) {
      passTurn();
    }
    ItemReader<Shared> items(shared_);
    for (Item item = items.next(); item.number != Item::NONE; item = items.next()) {
      int tiles = Place(p_.grid, item.number).tiles;
      if (group_ < tiles) {
        alone_ = tiles == 1;
        foldItem(item);
      }
    }
  }

 private:
  RF_INLINE void foldItem(const Item& item) {
    item_ = item.number;
    bool last = isLastBlock();
    bool state = item.any || last || read(p_.shape, shape::FIRST) != 0;
    if (state) {
      load(rows_, p_, stateRow());
    }
    // Also where nothing is folded: a copy must not outlive the block.
    await(shared_.queriesFull(group_), item.odd);
    if (item.any) {
      keys_.stage = values_.stage = item.stage;
      keys_.parity = values_.parity = item.parity;
      foldAll();
    } else {
      releaseQueries();
    }
    if (last) {
      Place place(p_.grid, item_);
      GroupResults<D, BRAIN>(p_, place.rowHead, place.firstTile + group_).write(rows_);
    } else if (state) {
      store(rows_, p_, stateRow());
    }
  }

  RF_INLINE void foldAll() {
    TilePair pair = awaitKeys();
    fold(pair);
    bool careful = mayEscape(pair);
    while (!pair.last && !careful) {
      pair = awaitKeys();
      awaitTurn();
      multiply();
      addValues();
      passTurn();
      awaitProducts<1>();
      pin(scores_);
      releaseKeys();
      float factor[2];
      careful = mayEscape(pair);
      bool grown = weighScores(pair, factor);
      pin(scores_);
      // The wait stands in two branches because the assembler would move a wait before the branch up, to before the
      // exponentials, which are to run beside the products.
      if (grown) {
        awaitValues();
        multiplyAccumulators(rows_, factor);
      } else {
        awaitValues();
        keepApart();
      }
      round<BRAIN>(scores_, weights_);
    }
    while (!pair.last) {
      addCarefully(pair, careful);
      pair = awaitKeys();
      fold(pair);
      careful = mayEscape(pair);
    }
    releaseQueries();
    addCarefully(pair, careful);
  }

  // Makes weights of the keys of `pair`, with nothing beside it.
  RF_INLINE void fold(const TilePair& pair) {
    multiply();
    awaitProducts<0>();
    pin(scores_);
    releaseKeys();
    float factor[2];
    if (weighScores(pair, factor)) {
      multiplyAccumulators(rows_, factor);
    }
    round<BRAIN>(scores_, weights_);
  }

  // Turns scores into weights. Returns whether the accumulators have to be multiplied by `factor`.
  RF_INLINE bool weighScores(const TilePair& pair, float (&factor)[2]) {
    if (!pair.full) {
      hide(scores_, p_, ownRows(), pair);
    }
    bool grown = raiseMaxima(scores_, rows_, scale_, factor);
    weigh(scores_, rows_, scale_);
    return grown;
  }

  // Whether V of `pair`, which comes next, holds something that a weight of 0 does not keep from a row. All warp
  // groups find the same.
  RF_INLINE bool mayEscape(const TilePair& pair) {
    if (pair.full) {
      return false;
    }
    await(shared_.valuesFull(values_.stage), values_.parity);
    return holdsNonFinite<D, BRAIN>(shared_.values(values_.stage), 1 + Shared::GROUPS + group_);
  }

  // Adds the weights' products with V of `pair`, and waits. (No branch has products of its own: all of them would
  // wait for each other.)
  RF_INLINE void addCarefully(const TilePair& pair, bool careful) {
    uint32_t tile = shared_.values(values_.stage);
    if (careful) {
      storeAccumulators(rows_, p_, stateRow());
    }
    addValues();
    awaitProducts<0>();
    pin(rows_.acc);
    if (careful) {
      GroupStateRow at = stateRow();
      addValuesCarefully<D, BRAIN>(weights_, p_, at, ownRows(), pair, tile);
      loadAccumulators(rows_, p_, at, false);
    }
    releaseValues();
  }

  // Looked up whenever they are needed, which is rare, rather than kept in registers.
  RF_INLINE Span ownRows() const {
    return readRows(p_, Place(p_.grid, item_).firstTile + group_, 0, table::TOKENS);
  }

  // Whether no later block has keys for the rows.
  RF_INLINE bool isLastBlock() const {
    return __ldg(p_.lastBlocks + Place(p_.grid, item_).firstTile + group_) == p_.block;
  }

  RF_INLINE GroupStateRow stateRow() const {
    Place place(p_.grid, item_);
    return GroupStateRow(p_, place.rowHead, place.firstTile + group_);
  }

  RF_INLINE void releaseQueries() const {
    if (lane() == 0) {
      arrive(shared_.queriesEmpty(group_));
    }
  }

  RF_INLINE TilePair awaitKeys() {
    await(shared_.keysFull(keys_.stage), keys_.parity);
    return shared_.pair(keys_.stage).read();
  }

  RF_INLINE void releaseKeys() {
    if (lane() == 0) {
      arrive(shared_.keysEmpty(keys_.stage), groupsServed());
    }
    keys_.turn();
  }

  RF_INLINE void releaseValues() {
    if (lane() == 0) {
      arrive(shared_.valuesEmpty(taken_), groupsServed());
    }
  }

  // How far 16 columns are from the tile's first, in the units of operands.
  static RF_INLINE constexpr uint64_t columns(int halfBytes, int step) {
    return (step / 4 * halfBytes + step % 4 * 32) / 16;
  }

  // Starts the products of the queries with the keys of a stage.
  RF_INLINE void multiply() {
    uint64_t queries = operand(shared_.queries(group_));
    uint64_t keys = operand(shared_.keys(keys_.stage));
    pin(scores_);
    fenceProducts();
#pragma unroll
    for (int step = 0; step < D / 16; step++) {
      Product::multiply(
          scores_, queries + columns(Shared::HALF_TILE, step), keys + columns(Shared::HALF, step), step);
    }
    commitProducts();
  }

  // Starts to add the weights' products with V.
  RF_INLINE void addValues() {
    await(shared_.valuesFull(values_.stage), values_.parity);
    uint64_t values = operand(shared_.values(values_.stage), Shared::HALF);
    pin(rows_.acc);
    fenceProducts();
#pragma unroll
    for (int step = 0; step < Shared::KEYS / 16; step++) {
      Product::add(rows_.acc, weights_[step], values + step * Shared::ROW_BYTES);
    }
    commitProducts();
    taken_ = values_.stage;
    values_.turn();
  }

  RF_INLINE void awaitValues() {
    awaitProducts<0>();
    pin(rows_.acc);
    releaseValues();
  }

  RF_INLINE void awaitTurn() const {
    if (!alone_) {
      awaitNamed(1 + group_, 2 * GROUP_THREADS);
    }
  }

  RF_INLINE void passTurn() const {
    if (!alone_) {
      arriveNamed(1 + (group_ + 1) % Shared::GROUPS, 2 * GROUP_THREADS);
    }
  }

  // The others do not see an item that is one group's alone.
  RF_INLINE int groupsServed() const { return alone_ ? Shared::GROUPS : 1; }

  const Parameters& p_;
  const Shared& shared_;
  float scale_;
  int group_;
  int item_;
  bool alone_;  // whether the item has no tiles for other warp groups
  Counter keys_;
  Counter values_;
  int taken_;  // the stage of V that products read
  GroupRows<D> rows_;
  PairScores scores_;
  PairWeights weights_;
};

}  // namespace ringflash
