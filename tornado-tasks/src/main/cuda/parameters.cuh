// What the kernels are given. TornadoVM passes every argument as 8 bytes: first its kernel context,
// which we leave alone, then the address of each array; an array's elements begin after 16 bytes.
// Arrays, in the order of the arguments:
//
//   q, k, v      16-bit or FP32, packed (batch, token, head, headDim); tokens in the order of the tables;
//                the first element at QUERIES_AT, and at KEYS_AT in both k and v. Rows have to begin
//                on 16 bytes and better begin on 128: element 56 is the first such after the header.
//                headDim is a multiple of 8, at most the kernel's (64 or 128: "padded" below). FP32
//                numbers may begin anywhere, and have any head dimension up to the kernel's.
//   acc          float [batch · head][query tile][64][padded]
//   maxima       float [batch · head][query tile][64], in units of log2: see finish.cu
//   sums         float [batch · head][query tile][64][4]: four partial sums per row, kept apart
//                between steps so that where a ring cuts the keys doesn't change how they are added
//   queryTiles,
//   keyTiles     int, TileTable.java: a header and one entry per tile of at most 64 tokens
//   shape        int, KernelShape.java, and what TensorShape.java appends:
//                HEAD_DIM, QUERIES_AT, KEYS_AT, FIRST
//   scalars      float, KernelShape.java
//
// and for FP32 what split.cu has written: keyHalves, valueHalves, factors.
//
// With FIRST set, acc, maxima and sums are written but not read: the first step needs no cleared
// state. Prepare two shape arrays, one with FIRST, and bind the one that is due. Between steps the
// state is this kernel's own: other kernels can neither read nor write it.
#pragma once
#include <cstdint>

#include "instructions.cuh"

namespace ringflash {

constexpr int HEADER_BYTES = 16;

// TileTable.java
namespace table {
constexpr int TILES = 0, LENGTH = 1, HEADS = 2, HEADER = 6;
constexpr int START = 0, COUNT = 1, STRIDE = 2, JOINT = 3, SOURCE = 4, ENTRY = 5;
constexpr int TOKENS = 64;
}  // namespace table

// KernelShape.java, from HEAD_DIM on TensorShape.java
namespace shape {
constexpr int ROW_HEADS = 0, GROUP_SIZE = 1, LOWEST_OFFSET = 2, HIGHEST_OFFSET = 3, QUERY_OFFSET = 4;
constexpr int SEED_LOW = 5, SEED_HIGH = 6, DROP_THRESHOLD = 7;
constexpr int HEAD_DIM = 8, QUERIES_AT = 9, KEYS_AT = 10, FIRST = 11;
}  // namespace shape
namespace scalar {
constexpr int SCALE = 0, SOFTCAP = 1, KEEP_SCALE = 2, SLOPES = 4;
}  // namespace scalar

// What blocks of Hopper's fold kernel take one by one: HopperGrid.java.
struct Grid {
  int rowHeads;   // batch · heads
  int atOnce;     // of these, as many as are gone through side by side
  int firstTile;  // query tiles before it are in no item
  int singles;    // items of one tile, of each head, from there on
  int wholes;     // items of as many tiles as a block has warp groups for, of each head, after those
};

struct Parameters {
  const uint8_t* q;
  const uint8_t* k;
  const uint8_t* v;
  float* acc;
  float* maxima;
  float* sums;
  const int* queryTiles;
  const int* keyTiles;
  const int* shape;
  const float* scalars;

  // Of the FP32 kernels alone: see split.cu.
  const uint8_t* keyHalves;
  const uint8_t* valueHalves;
  const float* factors;

  // Of Hopper's fold kernel alone.
  Grid grid;
  unsigned* taken;        // items that were taken, but for each block's first; 0 before and after
  uint16_t* out;          // laid out as q, and in its place; 16-bit
  float* lse;             // (batch, head, token), natural logarithm
  const int* lastBlocks;  // of each query tile: the block of keys after which its rows are finished
  int block;              // of keys, which is folded in now
};

template <class T>
RF_INLINE T* elements(void* array) {
  return reinterpret_cast<T*>(static_cast<uint8_t*>(array) + HEADER_BYTES);
}

RF_INLINE int read(const int* ints, int at) { return __ldg(ints + at); }

// An entry of a table.
RF_INLINE int read(const int* tiles, int tile, int what) {
  return __ldg(tiles + table::HEADER + tile * table::ENTRY + what);
}

}  // namespace ringflash
