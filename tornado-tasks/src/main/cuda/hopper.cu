// The fold kernel of Hopper: what fold.cu does, for scores that are scaled and masked and nothing else, with the
// matrix products of whole warp groups.
#include "hopper_consumer.cuh"
#include "hopper_producer.cuh"

#ifndef RF_HEAD_DIM
#define RF_HEAD_DIM 128
#endif
#ifndef RF_BRAIN
#define RF_BRAIN 0
#endif

extern "C" __global__ void __launch_bounds__(ringflash::HopperShared<RF_HEAD_DIM>::THREADS, 1) ringflash_hopper(
    const __grid_constant__ ringflash::TensorMap q,
    const __grid_constant__ ringflash::TensorMap k,
    const __grid_constant__ ringflash::TensorMap v,
    uint8_t* acc,
    uint8_t* maxima,
    uint8_t* sums,
    uint8_t* queryTiles,
    uint8_t* keyTiles,
    uint8_t* shapeInts,
    uint8_t* scalars) {
  using namespace ringflash;
  using Shared = HopperShared<RF_HEAD_DIM>;
  extern __shared__ __align__(1024) uint8_t memory[];
  Parameters p = {};
  p.acc = elements<float>(acc);
  p.maxima = elements<float>(maxima);
  p.sums = elements<float>(sums);
  p.queryTiles = elements<const int>(queryTiles);
  p.keyTiles = elements<const int>(keyTiles);
  p.shape = elements<const int>(shapeInts);
  p.scalars = elements<const float>(scalars);
  Shared shared = {sharedAddress(memory)};
  if (threadIdx.x == 0) {
    shared.initBarriers();
  }
  __syncthreads();
  // The same in all lanes, which the compiler can't know.
  int group = __shfl_sync(~0u, threadIdx.x / GROUP_THREADS, 0) - 1;
  if (group < 0) {
    giveRegistersBack<RF_HEAD_DIM == 64 ? 32 : 40>();
    if (warp() == 0) {
      TensorMaps maps = {q, k, v};
      HopperProducer<RF_HEAD_DIM>(p, maps, shared).run();
    }
  } else {
    takeRegisters<RF_HEAD_DIM == 64 ? 160 : 232>();
    HopperConsumer<RF_HEAD_DIM, RF_BRAIN>(p, shared, group).run();
  }
}
