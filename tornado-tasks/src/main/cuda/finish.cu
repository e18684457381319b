// Ends what fold.cu began: divides by the sums, rounds once, and writes out and lse. One block of
// 128 threads for each query tile of each head: batch · heads · tiles blocks.
//
// Arguments: acc, maxima, sums, queryTiles, shape, scalars as for the fold, then
//   out          16-bit, laid out as q, the first element at QUERIES_AT
//   lse          float (batch, head, token), natural logarithm
#include "parameters.cuh"

#ifndef RF_BRAIN
#define RF_BRAIN 0
#endif

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
    const float* parts = elements<const float>(sumsArray) + (firstRow + token) * 4;
    return (parts[0] + parts[1]) + (parts[2] + parts[3]);
  };

  // Eight columns a thread: 16 bytes of out.
  int chunks = headDim / 8;
  float keepScale = elements<const float>(scalarsArray)[scalar::KEEP_SCALE];
  uint16_t* out = elements<uint16_t>(outArray) + read(ints, shape::QUERIES_AT);
  for (int i = threadIdx.x; i < count * chunks; i += blockDim.x) {
    int token = i / chunks;
    int column = (i - token * chunks) * 8;
    float sum = sumOf(token);
    const float* acc = elements<const float>(accArray) + (firstRow + token) * padded + column;
    float value[8];
    for (int c = 0; c < 8; c++) {
      // A NaN score leaves the maximum alone and makes the sum NaN: such a row is not empty. Adding
      // +0 gives a zero of either sign the same bits, however many blocks were folded in.
      value[c] = sum == 0 ? 0.f : acc[c] / sum * keepScale + 0.f;
    }
    uint4 packed;
    packed.x = Storage<RF_BRAIN>::pack(value[0], value[1]);
    packed.y = Storage<RF_BRAIN>::pack(value[2], value[3]);
    packed.z = Storage<RF_BRAIN>::pack(value[4], value[5]);
    packed.w = Storage<RF_BRAIN>::pack(value[6], value[7]);
    long long row = (static_cast<long long>(batch) * length + source + token) * heads + head;
    *reinterpret_cast<uint4*>(out + row * headDim + column) = packed;
  }
  if (threadIdx.x < count) {
    float sum = sumOf(threadIdx.x);
    float max = elements<const float>(maximaArray)[firstRow + threadIdx.x];
    float lse = max * 0.6931471805599453f + logf(sum);
    elements<float>(lseArray)[static_cast<long long>(rowHead) * length + source + threadIdx.x] =
        sum == 0 ? -INFINITY : lse;
  }
}
