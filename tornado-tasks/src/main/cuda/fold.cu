// The fold kernel: one K/V block's keys into the state of a shard's rows, on tensor cores.
//
// FP16 or BF16 in (fold32.cu: FP32), FP32 state in and out; every option of attention (masks on global positions, joint
// tokens, GQA; in the extended kernels softcap, ALiBi, dropout). compile.sh makes one PTX file of each
// combination of head dimension (64: up to 64; 128: up to 128; multiples of 8), storage type and
// extension. Ampere and newer. parameters.cuh tells what to pass, finish.cu ends what this begins.
//
// How TornadoVM 5.2.0's PTX backend runs a pre-built kernel (read in its sources):
//   - It prepends .version, .target and .address_size; the file must not bring its own.
//   - It launches the function named GRAPH_TASK_ENTRY_TYPES, in lower case (PTXCodeUtil.buildKernelName),
//     not ENTRY: replace `ringflash_fold` in a copy of the file by that name.
//   - Arguments are packed 8 bytes each: its kernel context first, then an address per array.
//   - The PTX text is copied onto the calling thread's stack: keep a file well below 1 MB.
//   - No dynamic shared memory: 48 KB static at most.
// Grid: batch · heads · ceil(query tiles / 2) blocks of 128 threads, one dimension (global work is
// 128 times that, local work 128).
//
// One block folds 128 rows, a warp 32 of them; keys come in units of 32. What the block sees of the
// keys is found on the device, from the tables alone (units.cuh). Neighbouring tiles that all rows see
// pass through a loop without a mask; other visible tiles take a general path; the rest is skipped.
//
// Deterministic by construction: a row folds the units it sees in the order of the tables, and what
// happens to it depends on that row alone (raiseMaxima), so shards cut at multiples of 64 tokens and
// folded in order of position give the same bits for any number of devices.
//
// NaN and infinities: hidden scores are overwritten, not added to; where some keys of a unit are
// hidden (or dropped), its V is searched for non-finite elements, and products that would let them
// escape take addValuesCarefully. An infinity in V may come out as NaN where its weight underflows.
//
// Limits, for the caller to keep: scale > 0 in the kernels that are not extended; k and v of one
// layout; no more than 2^31 tokens and indices.
//
// Ladder. One H100 (80 GB HBM3), FP16, B1 H16, S 8192, state carried, TFLOP/s as full / causal, medians of
// 10; the same code varies by 3 to 5% with the machine's temperature and power.
//   1  S 8192. All units through one list in shared memory, barriers in shared memory (test_wait), D64
//      as 3 stages with scores one unit ahead. Predicted 390 / 380 (D128), 370 / 345 (D64).
//      Outcome 286 / 280 and 280 / 265: table look-ups and spills in the only loop.
//      Variants: masked and full units in one body 246 / 242; __syncthreads instead 335 / 329; D64
//      without scores ahead 214 / 208; D64 without the careful path (no spills) 321 / 304.
//   2  A loop of its own for runs of full tiles, __syncthreads. Predicted 385 / 370, 370 / 340.
//      Outcome 375 / 345 and 351 / 319, loop free of spills: 541 and 392 instructions with 128 and 64
//      mma. Variants: barriers in shared memory 352 / 325; a quarter of Q in registers 345 / 327; D64
//      unrolled twice 334 / 298 (instruction cache), 4 stages 351 / 307, 3 blocks of 168 registers
//      305 / 289.
//   3  Careful path through memory: no spills in what is not extended (predicted: nothing but code size,
//      6480 to 4370 instructions; so it was). Heads in parts that fit the cache, predicted +5% at S 32768:
//      D128 334 to 348 / 359 to 369, nothing at 8192 (but see 5).
//   4  Place and rows kept in shared memory: the general path is 900 instructions shorter; extended
//      kernels step from unit to unit without look-ups; softcap by series where scores are small.
//      Outcome, each beside PyTorch's FA2 in the same run: D128 326 / 343 (FA2 350 / 285), D64 355 / 321
//      (305 / 244). A profile of D128 full: 22% of the time waits for copies, 12% at barriers, 13% for
//      ldmatrix; cp.async takes 84 wavefronts of shared memory for 32.
//   5  All heads at once: predicted nothing at 8192. Outcome D128 353 / 345: 66 blocks had read the same
//      lines at the same time; at 32768 324 to 347 / 346 to 357. D64 the same.
//      Rows of tiles exchanged instead of padded (tile.cuh): 268 to 216 wavefronts a unit and warp, predicted
//      +5%. Two stages of K and V, half of Q in registers, one barrier a unit: waiting for copies below 5%,
//      predicted +8%. D64 writes the next scores over the weighed ones, 32 moves less, predicted +4%.
//      Outcome 383 / 369 (FA2 340 / 279) and 358 / 324 (296 / 241); waits for copies 4%, barriers 5%.
//      Not better, heads in parts: three tiles in turn and two barriers 352 / 340; V of the unit before
//      multiplied between the weights (the assembler moves the exponentials to the end) 335 / 328; fragments
//      loaded a step ahead 296 / 329. Not better, all heads: one stage, two barriers, all Q in shared memory
//      353 / 351, half in registers 344 / 342; three tiles in turn 341 / 337; D64 in two stages without
//      scores ahead 325 / 306. Undecided: D64's next maxima beside the products with V, 336 for 324 causal,
//      at S 16384 356 for 352, but 356 for 358 full and 355 for 358 causal at 32768.
//   6  D64: a warp leaves out diagonal units that none of its rows see, and looks for NaN only in those that
//      some don't, predicted +1.4%. Outcome causal 325 to 340, at S 16384 343 to 345, at 32768 none; full none.
//      What limits now: from S 16384 on the device is at its 700 W and clocks down to 1.6 GHz.
// Registers and spills, ptxas 13.0, sm_90: D64 245, none; D128 255, 24 bytes, of which the loop loads 4; D64
// extended 255, none; D128 extended 255, 64 bytes.
#include "doubled.cuh"
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
  using Type = Doubled<D, BRAINS, EXTENDS, 4>;
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
  __shared__ __align__(1024) uint8_t shared[Fold::SHARED_BYTES];
  Parameters p = {
      elements<const uint8_t>(q),         elements<const uint8_t>(k),      elements<const uint8_t>(v),
      elements<float>(acc),               elements<float>(maxima),         elements<float>(sums),
      elements<const int>(queryTiles),    elements<const int>(keyTiles),   elements<const int>(shapeInts),
      elements<const float>(scalars),
  };
  Fold::run(p, sharedAddress(shared));
}
