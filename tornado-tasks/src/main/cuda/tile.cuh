// Tiles of 16-bit elements in shared memory. Rows are a multiple of 128 bytes and begin on one; within
// every 128 bytes a row's 16-byte chunks are exchanged by its number, so that neither a copy of whole
// rows nor eight rows of ldmatrix meet in a bank. (Rows that are padded instead serve ldmatrix as well,
// but make cp.async take 2.6 times as long in shared memory.)
#pragma once
#include "instructions.cuh"

namespace ringflash {

// Where a chunk begins, from the tile's first byte.
template <int PITCH>
RF_INLINE uint32_t chunkAt(int row, int chunk) {
  static_assert(PITCH % 128 == 0, "");
  return row * PITCH + (chunk ^ (row & 7)) * 16;
}

// What a lane reads of columns [16·n, 16·n + 16) if it reads from `lane` of columns [0, 16).
RF_INLINE uint32_t columns(uint32_t lane, int n) { return (lane ^ (n % 4 * 32)) + n / 4 * 128; }

// A lane's place in ldmatrix for 16 rows: of Q as the left operand, and of V (transposed) as the right.
template <int PITCH>
RF_INLINE uint32_t rowsLane() {
  return chunkAt<PITCH>(lane() % 16, lane() / 16);
}

// The same for K as the right operand.
template <int PITCH>
RF_INLINE uint32_t keysLane() {
  return chunkAt<PITCH>(lane() % 8 + lane() / 16 * 8, lane() / 8 % 2);
}

}  // namespace ringflash
