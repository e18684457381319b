// One thread block: 128 rows of one head, and where its tokens lie in memory.
#pragma once
#include "careful.cuh"

namespace ringflash {

// One head of a packed tensor (batch, token, head, headDim).
struct HeadTokens {
  const uint8_t* first;
  uint32_t pitch;

  // `head` counts batch entries, too.
  RF_INLINE HeadTokens(const uint8_t* tensor, const int* tiles, int head, int headDim, int at) {
    int heads = read(tiles, table::HEADS);
    int batch = head / heads;
    pitch = heads * headDim * 2;
    first = tensor + 2ll * at + static_cast<long long>(batch) * read(tiles, table::LENGTH) * pitch +
            (head - batch * heads) * headDim * 2;
  }
};

// Copies units of K and V to shared memory; all threads of the block take part. Rows that a tile
// lacks and columns beyond headDim become 0. K and V are laid out alike: one address serves both.
template <int D>
class UnitCopier {
 public:
  static constexpr int PITCH = D * 2;
  static constexpr int BYTES = UNIT * PITCH;

  RF_INLINE explicit UnitCopier(const Parameters& p) : p_(p), from_(p.k), pitch_(0), live_(0) {
    int headDim = read(p.shape, shape::HEAD_DIM);
    pitch_ = read(p.keyTiles, table::HEADS) * headDim * 2;
    live_ = chunk() * 8 < headDim ? 16 : 0;
  }

  RF_INLINE void moveTo(Unit unit, const Units& units) {
    int kvHead = units.place().rowHead / read(p_.shape, shape::GROUP_SIZE);
    HeadTokens k(p_.k, p_.keyTiles, kvHead, read(p_.shape, shape::HEAD_DIM), read(p_.shape, shape::KEYS_AT));
    uint32_t token = read(p_.keyTiles, unit.tile(), table::SOURCE) + unit.from();
    from_ = k.first + static_cast<size_t>(token + row()) * pitch_ + chunk() * 16;
  }

  // To the unit that lies behind.
  RF_INLINE void moveOn() { from_ += UNIT * pitch_; }

  // The unit has 32 keys.
  RF_INLINE void copyKeys(uint32_t tile) const { copy(tile, from_, UNIT); }
  RF_INLINE void copyValues(uint32_t tile) const { copy(tile, from_ + (p_.v - p_.k), UNIT); }

  // The unit may have fewer.
  RF_INLINE void copyKeys(uint32_t tile, Unit unit) const { copy(tile, from_, count(unit)); }
  RF_INLINE void copyValues(uint32_t tile, Unit unit) const { copy(tile, from_ + (p_.v - p_.k), count(unit)); }

 private:
  static constexpr int CHUNKS = D / 8;
  static constexpr int PASS = THREADS / CHUNKS;
  static_assert(UNIT % PASS == 0 && PASS % 8 == 0, "");

  static RF_INLINE int row() { return threadIdx.x / CHUNKS; }
  static RF_INLINE int chunk() { return threadIdx.x % CHUNKS; }

  RF_INLINE int count(Unit unit) const { return read(p_.keyTiles, unit.tile(), table::COUNT) - unit.from(); }

  RF_INLINE void copy(uint32_t tile, const uint8_t* from, int count) const {
    uint32_t to = tile + chunkAt<PITCH>(row(), chunk());
#pragma unroll
    for (int i = 0; i < UNIT; i += PASS) {
      int live = count == UNIT || row() + i < count ? live_ : 0;
      copyAsync(to + i * PITCH, from + static_cast<size_t>(i * pitch_), live);
    }
  }

  const Parameters& p_;
  const uint8_t* from_;
  uint32_t pitch_;
  int live_;
};

// The block's Q: the first QREGS·16 columns in registers, the others in shared memory.
template <int D, int QREGS>
struct Queries {
  static constexpr int STEPS = D / 16;
  static constexpr int PITCH = (D - QREGS * 16) * 2;
  static constexpr int BYTES = BLOCK_ROWS * PITCH;

  Fragment registers[QREGS == 0 ? 1 : QREGS][M_TILES];
  uint32_t address;

  // Ends with copies that are not awaited.
  RF_INLINE void load(const Parameters& p, const Place& place, uint32_t shared) {
    int headDim = read(p.shape, shape::HEAD_DIM);
    HeadTokens tokens(p.q, p.queryTiles, place.rowHead, headDim, read(p.shape, shape::QUERIES_AT));
    if constexpr (QREGS < STEPS) {
      constexpr int CHUNKS = (D - QREGS * 16) / 8;
      for (int i = threadIdx.x; i < BLOCK_ROWS * CHUNKS; i += THREADS) {
        int row = i / CHUNKS;
        int column = QREGS * 16 + i % CHUNKS * 8;
        int tile = place.rowPair * 2 + row / table::TOKENS;
        int inTile = row % table::TOKENS;
        bool exists = tile < read(p.queryTiles, table::TILES) && inTile < read(p.queryTiles, tile, table::COUNT) &&
                      column < headDim;
        uint32_t token = exists ? read(p.queryTiles, tile, table::SOURCE) + inTile : 0;
        copyAsync(shared + chunkAt<PITCH>(row, i % CHUNKS),
                  tokens.first + static_cast<size_t>(token) * tokens.pitch + column * 2, exists ? 16 : 0);
      }
      address = shared + warp() * WARP_ROWS * PITCH + rowsLane<PITCH>();
    }
    if constexpr (QREGS > 0) {
      int tile = place.queryTile();
      int count = tile < read(p.queryTiles, table::TILES) ? read(p.queryTiles, tile, table::COUNT) : 0;
      int first = place.rowInTile() + lane() / 4;
      uint32_t token = count > 0 ? read(p.queryTiles, tile, table::SOURCE) + first : 0;
      const uint8_t* from = tokens.first + static_cast<size_t>(token) * tokens.pitch + lane() % 4 * 4;
#pragma unroll
      for (int step = 0; step < QREGS; step++) {
#pragma unroll
        for (int i = 0; i < M_TILES; i++) {
#pragma unroll
          for (int x = 0; x < 4; x++) {
            int row = i * 16 + x % 2 * 8;
            int column = step * 16 + x / 2 * 8;
            bool exists = first + row < count && column < headDim;
            registers[step][i].r[x] =
                exists ? *reinterpret_cast<const uint32_t*>(from + static_cast<size_t>(row) * tokens.pitch + column * 2)
                       : 0u;
          }
        }
      }
    }
  }

  RF_INLINE void step(Fragment (&q)[M_TILES], int step) const {
#pragma unroll
    for (int i = 0; i < M_TILES; i++) {
      q[i] = step < QREGS ? registers[step < QREGS ? step : 0][i]
                          : loadMatrix(columns(address, step - QREGS) + i * 16 * PITCH);
    }
  }
};

template <bool BRAIN, int D, int QREGS>
RF_INLINE void multiply(Scores& s, const Queries<D, QREGS>& queries, uint32_t keys) {
  clear(s);
#pragma unroll
  for (int step = 0; step < D / 16; step++) {
    Fragment q[M_TILES];
    queries.step(q, step);
    addProducts<BRAIN, UnitCopier<D>::PITCH>(s, s, q, columns(keys, step));
  }
}

}  // namespace ringflash
