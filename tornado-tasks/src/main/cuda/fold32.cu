// The fold kernel for FP32 in and out, on tensor cores: what fold.cu says holds for it, too, except that numbers
// are pairs of FP16 (halves.cuh). split.cu writes those of a K/V block before it is folded in; queries are
// split as they are loaded, weights as they are made. Head dimensions 1 to 64 and 65 to 128; warps of 32 and
// 16 rows, since Q and the accumulators have to stay in registers.
//
// Arithmetic. Products of halves are exact; of a product of two numbers 2^-22 is missing, at most. Scores are
// summed up by the tensor core, over a head's dimension; V's products over 32 keys, and from there on in FP32
// with rounding. Errors against FP64 are mostly below those of FP32 attention computed the plain way, and about
// those of PyTorch (results).
//
// Where 22 bits of a shared power of two don't do (NaN, infinities, numbers of one range 2^28 apart, numbers
// beyond 2^60), units take exact.cuh, slower by far: decided for a query row and for K and V of a
// tile, so that a row's bits depend on no other row.
//
// Ladder. One H100 (80 GB HBM3), B1 H16, S 8192, state carried, splitting included, TFLOP/s of FP32 (three times
// as many are multiplied) as full / causal, medians of 10.
//   1  Paper. TF32 halves what mma.sync reaches in FP16 (645 measured): 322 / 3 = 107 at most. Pairs of FP16
//      have as many bits: 215 at most, ldmatrix serves V, and a number still takes 4 bytes. Two warps a
//      scheduler: 192 mma of 32 keys take 2,265 cycles of its tensor core, and at 16 rows a warp ldmatrix
//      takes as many of shared memory. Predicted 115 (D128), 125 (D64).
//   2  D128: 8 warps of 16 rows, three tiles in turn. D64: 4 warps of 32 rows, two stages. Outcome 107 / 103
//      and 119 / 100; PyTorch 45 / 45 and 34 / 28.
//   3  D128: next scores beside the weights, predicted +10% (the two warps of a scheduler no longer wait for
//      their softmax at once). Outcome 114 / 109. D64 with next scores, 32 rows: 99 / 85 (spills).
//      D64, others: three tiles in turn 114 / 98, 16 warps of 16 rows 114 / 99, these with next scores 68 / 70.
//   4  All units through one loop, predicted +5% causal (the diagonal's code comes from a cold cache). Outcome
//      D128 107 / 101 for 114 / 108, D64 116 / 111 for 119 / 108: not taken.
#ifndef RF_HEAD_DIM
#define RF_HEAD_DIM 128
#endif
#ifndef RF_EXTENDED
#define RF_EXTENDED 0
#endif
#ifndef RF_WARP_ROWS
#define RF_WARP_ROWS (RF_HEAD_DIM <= 64 ? 32 : 16)
#endif

#include <type_traits>

#include "paired_ahead.cuh"
#include "paired_doubled.cuh"

extern "C" __global__ void __launch_bounds__(ringflash::THREADS, 256 / ringflash::THREADS) ringflash_fold(
    uint64_t kernelContext,
    uint8_t* q,
    uint8_t* k,
    uint8_t* v,
    uint8_t* acc,
    uint8_t* maxima,
    uint8_t* sums,
    uint8_t* queryTiles,
    uint8_t* keyTiles,
    uint8_t* shapeInts,
    uint8_t* scalars,
    uint8_t* keyHalves,
    uint8_t* valueHalves,
    uint8_t* factors) {
  using namespace ringflash;
  using Fold = std::conditional_t<
      (RF_HEAD_DIM > 64), PairedAhead<RF_HEAD_DIM, RF_EXTENDED>, PairedDoubled<RF_HEAD_DIM, RF_EXTENDED>>;
  static_assert(Fold::SHARED_BYTES <= 48 * 1024, "TornadoVM launches with static shared memory alone");
  __shared__ __align__(1024) uint8_t shared[Fold::SHARED_BYTES];
  Parameters p = {
      elements<const uint8_t>(q),         elements<const uint8_t>(k),      elements<const uint8_t>(v),
      elements<float>(acc),               elements<float>(maxima),         elements<float>(sums),
      elements<const int>(queryTiles),    elements<const int>(keyTiles),   elements<const int>(shapeInts),
      elements<const float>(scalars),     elements<const uint8_t>(keyHalves),
      elements<const uint8_t>(valueHalves), elements<const float>(factors),
  };
  Fold::run(p, sharedAddress(shared));
}
