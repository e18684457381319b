// (ladder placeholder)
#include "alternating.cuh"
#include "pipelined.cuh"

#ifndef RF_HEAD_DIM
#define RF_HEAD_DIM 128
#endif
#ifndef RF_BRAIN
#define RF_BRAIN 0
#endif
#ifndef RF_EXTENDED
#define RF_EXTENDED 0
#endif

namespace ringflash {

template <int D, bool BRAINS, bool EXTENDS>
struct Schedule {
  using Type = Alternating<D, BRAINS, EXTENDS, D == 128 ? 1 : 0>;
};

template <bool BRAINS>
struct Schedule<64, BRAINS, false> {
  using Type = Pipelined<64, BRAINS>;
};

}  // namespace ringflash

extern "C" __global__ void __launch_bounds__(ringflash::THREADS, 2) ringflash_fold(
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
    uint8_t* scalars) {
  using namespace ringflash;
  using Fold = Schedule<RF_HEAD_DIM, RF_BRAIN, RF_EXTENDED>::Type;
  static_assert(Fold::SHARED_BYTES <= 48 * 1024, "TornadoVM launches with static shared memory alone");
  __shared__ __align__(128) uint8_t shared[Fold::SHARED_BYTES];
  Parameters p = {
      elements<const uint8_t>(q),         elements<const uint8_t>(k),      elements<const uint8_t>(v),
      elements<float>(acc),               elements<float>(maxima),         elements<float>(sums),
      elements<const int>(queryTiles),    elements<const int>(keyTiles),   elements<const int>(shapeInts),
      elements<const float>(scalars),
  };
  Fold::run(p, sharedAddress(shared));
}
