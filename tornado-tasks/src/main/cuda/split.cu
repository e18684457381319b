// Splits the FP32 numbers of a K/V block into halves: see halves.cuh. A block of 128 threads for each tile of
// each K/V head: batch · kvHeads · tiles blocks.
//
// Arguments: k, v, keyTiles, shape as for the fold, then
//   keyHalves, valueHalves   16-bit [batch · kvHead][tile][64][2][RF_HEAD_DIM], the first element at LEAD
//   factors                  float [batch · kvHead][tile][2]
#include "halves.cuh"

#ifndef RF_HEAD_DIM
#define RF_HEAD_DIM 128
#endif

namespace ringflash {

constexpr int SPLIT_WARPS = 4;

// What all warps of a block found.
RF_INLINE Range combined(Range range, Range (&ofWarps)[SPLIT_WARPS]) {
  for (int distance = 16; distance > 0; distance /= 2) {
    range.addOfLane(distance);
  }
  __syncthreads();
  if (lane() == 0) {
    ofWarps[warp()] = range;
  }
  __syncthreads();
  for (int w = 0; w < SPLIT_WARPS; w++) {
    range.add(ofWarps[w]);
  }
  return range;
}

}  // namespace ringflash

extern "C" __global__ void __launch_bounds__(128) ringflash_split(
    uint64_t kernelContext,
    uint8_t* kArray,
    uint8_t* vArray,
    uint8_t* keyTilesArray,
    uint8_t* shapeArray,
    uint8_t* keyHalvesArray,
    uint8_t* valueHalvesArray,
    uint8_t* factorsArray) {
  using namespace ringflash;
  constexpr int PAIRS = RF_HEAD_DIM / 2;
  __shared__ Range ofWarps[SPLIT_WARPS];
  const int* tiles = elements<const int>(keyTilesArray);
  const int* ints = elements<const int>(shapeArray);
  int tileCount = read(tiles, table::TILES);
  if (tileCount == 0) {
    return;
  }
  int rowHead = blockIdx.x / tileCount;
  int tile = blockIdx.x - rowHead * tileCount;
  int heads = read(tiles, table::HEADS);
  int batch = rowHead / heads;
  int headDim = read(ints, shape::HEAD_DIM);
  int count = read(tiles, tile, table::COUNT);
  long long token = static_cast<long long>(batch) * read(tiles, table::LENGTH) + read(tiles, tile, table::SOURCE);
  long long from = read(ints, shape::KEYS_AT) + (token * heads + rowHead - batch * heads) * headDim;
  size_t to = SplitBlock::LEAD + static_cast<size_t>(blockIdx.x) * table::TOKENS * 2 * RF_HEAD_DIM;

#pragma unroll 1
  for (int which = 0; which < 2; which++) {
    const float* numbers = elements<const float>(which == 0 ? kArray : vArray) + from;
    uint32_t* halves = reinterpret_cast<uint32_t*>(elements<uint16_t>(which == 0 ? keyHalvesArray : valueHalvesArray) + to);
    auto at = [&](int token, int column) {
      return token < count && column < headDim ? numbers[static_cast<long long>(token) * heads * headDim + column] : 0.f;
    };
    Range range = Range::none();
#pragma unroll 4
    for (int i = threadIdx.x; i < table::TOKENS * PAIRS; i += 128) {
      range.add(at(i / PAIRS, i % PAIRS * 2));
      range.add(at(i / PAIRS, i % PAIRS * 2 + 1));
    }
    range = combined(range, ofWarps);
    float inverse = powerOfTwo(-range.exponent());
#pragma unroll 4
    for (int i = threadIdx.x; i < table::TOKENS * PAIRS; i += 128) {
      int token = i / PAIRS;
      int pair = i % PAIRS;
      Halves split(at(token, pair * 2) * inverse, at(token, pair * 2 + 1) * inverse);
      halves[token * 2 * PAIRS + pair] = split.high;
      halves[(token * 2 + 1) * PAIRS + pair] = split.low;
    }
    if (threadIdx.x == 0) {
      elements<float>(factorsArray)[blockIdx.x * 2ll + which] = factorOf(range);
    }
  }
}
