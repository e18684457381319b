// Ends what fold.cu began: divides by the sums, rounds once, and writes out and lse. One block of
// 128 threads for each query tile of each head: batch · heads · tiles blocks.
//
// Arguments: acc, maxima, sums, queryTiles, shape, scalars as for the fold, then
//   out          RF_STORED, laid out as q, the first element at QUERIES_AT
//   lse          float (batch, head, token), natural logarithm
#include <cmath>
#include <type_traits>

#include "parameters.cuh"

#define RF_FP16 0
#define RF_BF16 1
#define RF_FP32 2
#ifndef RF_STORED
#define RF_STORED RF_FP16
#endif

namespace ringflash {

// One thread's columns of a row: as many as make 16 bytes, or one of FP32, where any head dimension goes.
template <int STORED>
struct Columns {
  static constexpr int COUNT = 8;

  static RF_INLINE void read(const float* from, float (&value)[COUNT]) {
    float4 low = reinterpret_cast<const float4*>(from)[0];
    float4 high = reinterpret_cast<const float4*>(from)[1];
    value[0] = low.x;
    value[1] = low.y;
    value[2] = low.z;
    value[3] = low.w;
    value[4] = high.x;
    value[5] = high.y;
    value[6] = high.z;
    value[7] = high.w;
  }

  static RF_INLINE void write(uint16_t* to, const float (&value)[COUNT]) {
    using S = Storage<STORED == RF_BF16>;
    uint4 packed;
    packed.x = S::pack(value[0], value[1]);
    packed.y = S::pack(value[2], value[3]);
    packed.z = S::pack(value[4], value[5]);
    packed.w = S::pack(value[6], value[7]);
    *reinterpret_cast<uint4*>(to) = packed;
  }
};

template <>
struct Columns<RF_FP32> {
  static constexpr int COUNT = 1;

  static RF_INLINE void read(const float* from, float (&value)[COUNT]) { value[0] = *from; }

  static RF_INLINE void write(float* to, const float (&value)[COUNT]) { *to = value[0]; }
};

}  // namespace ringflash

extern "C" __global__ void __launch_bounds__(128) ringflash_finish(
    uint64_t kernelContext,
    uint8_t* accArray,
    uint8_t* maximaArray,
    uint8_t* sumsArray,
    uint8_t* queryTilesArray,
    uint8_t* shapeArray,
    uint8_t* scalarsArray,
    uint8_t* outArray,
    uint8_t* lseArray) {
  using namespace ringflash;
  const int* tiles = elements<const int>(queryTilesArray);
  const int* ints = elements<const int>(shapeArray);
  int tileCount = read(tiles, table::TILES);
  int rowHead = blockIdx.x / tileCount;
  int tile = blockIdx.x - rowHead * tileCount;
  int heads = read(tiles, table::HEADS);
  int length = read(tiles, table::LENGTH);
  int batch = rowHead / heads;
  int head = rowHead - batch * heads;
  int headDim = read(ints, shape::HEAD_DIM);
  int padded = headDim <= 64 ? 64 : 128;
  int count = read(tiles, tile, table::COUNT);
  int source = read(tiles, tile, table::SOURCE);
  long long firstRow = static_cast<long long>(blockIdx.x) * table::TOKENS;

  auto sumOf = [&](int token) {
    float4 parts = elements<const float4>(sumsArray)[firstRow + token];
    return (parts.x + parts.y) + (parts.z + parts.w);
  };

  using Stored = Columns<RF_STORED>;
  using Element = std::conditional_t<RF_STORED == RF_FP32, float, uint16_t>;
  int chunks = headDim / Stored::COUNT;
  float keepScale = elements<const float>(scalarsArray)[scalar::KEEP_SCALE];
  Element* out = elements<Element>(outArray) + read(ints, shape::QUERIES_AT);
  for (int i = threadIdx.x; i < count * chunks; i += blockDim.x) {
    int token = i / chunks;
    int column = (i - token * chunks) * Stored::COUNT;
    float sum = sumOf(token);
    const float* acc = elements<const float>(accArray) + (firstRow + token) * padded + column;
    float value[Stored::COUNT];
    Stored::read(acc, value);
    for (int c = 0; c < Stored::COUNT; c++) {
      // A NaN score leaves the maximum alone and makes the sum NaN: such a row is not empty. Adding
      // +0 gives a zero of either sign the same bits, however many blocks were folded in.
      value[c] = sum == 0 ? 0.f : value[c] / sum * keepScale + 0.f;
    }
    long long row = (static_cast<long long>(batch) * length + source + token) * heads + head;
    Stored::write(out + row * headDim + column, value);
  }
  if (threadIdx.x < count) {
    float sum = sumOf(threadIdx.x);
    float max = elements<const float>(maximaArray)[firstRow + threadIdx.x];
    float lse = max * 0.6931471805599453f + logf(sum);
    elements<float>(lseArray)[static_cast<long long>(rowHead) * length + source + threadIdx.x] =
        sum == 0 ? -INFINITY : lse;
  }
}
