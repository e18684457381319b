// The fold kernel of Hopper: what fold.cu does, for scores that are scaled and masked and nothing else, with the
// matrix products of whole warp groups. Arguments as in parameters.cuh, but a description of each of q, k and v
// (TensorMaps.java) in place of its address, no kernel context, and after the others an int that is 0, out, lse, the last
// block of each query tile, the number of this block, and the grid.
//
// One block for each multiprocessor, or each item if there are fewer,
// of (GROUPS + 1) · 128 threads, with 227 KB of dynamic shared memory; blocks take item after item (hopper_items.cuh).
// Three warps of one warp group find tiles and have the copy engine bring them (hopper_producer.cuh); the others have a
// query tile each and fold 128 keys at a time (hopper_consumer.cuh).
//
// Which two tiles make up 128 keys depends on where blocks end, and with it when a row's reference follows its maximum:
// deterministic runs take fold.cu.
//
// NaN and infinities: as in fold.cu; where keys of a pair are hidden from some row and its V holds any, the rest of the
// block's keys goes through a slower loop, which adds products with such a V one by one.
//
// Ladder. One H200, FP16, B1 H16, S 8192, state carried, TFLOP/s as full / causal, medians of 20; cuDNN in PyTorch 2.11
// there: 534 to 548 / 430 to 489 (D128), 412 to 422 / 352 to 368 (D64); fold.cu 399 / 379 and 368 / 340.
//   1  Pairs of tiles in 2 stages (D64: 4), 2 warp groups (D64: 3) that take turns. Predicted 550 / 500, 450 / 400.
//      Outcome 508 / 486 and 370 / 379. Variants: without turns 524 / 494 and 365 / 371; D64 with 2 groups
//      326 / 313; 3 stages 512 / 488.
//   2  The assembler had moved the wait for products with V up, before the exponentials that should run beside them:
//      now in branches of its own. Group and operands in uniform registers. Predicted +10%. Outcome 532 / 494 and
//      380 / 389. Variants: V awaited before the turn 520 / 490, 371 / 383; 1 or 2 of 8 exponentials by polynomial
//      494 / 466 and 474 / 453, 357 / 370 and 343 / 357.
//   3  A profile: 20% of the time waits for copies, whose producer looks tables up after the stage was free. Looked
//      up before; maxima in four chains. Predicted +10%. Outcome 587 / 552 and 416 / 425; with 3 stages (D64: 5)
//      599 / 565 and 432 / 438.
//   4  Non-finite V. Checked in the loop, before the products: 597 / 555 and 428 / 425; without the check 613 / 571
//      and 465 / 456 (D64: 6 stages). Checked when the pair's scores are hidden, with a loop of its own for what
//      follows: 574 / 524 and 418 / 405, since the compiler no longer knew that lanes agree, and kept what counts
//      stages in ordinary registers; with a vote 608 / 555 and 455 / 442.
//   5  A window of 4096 at S 131072 took 1.57 times its share: a warp went through all tiles, 32 at a time. Groups of
//      32 tiles are looked at first, predicted 1.2 times; at S 65536 565 TFLOP/s, 376 before. 512 / D heads at a
//      time, for the cache: predicted +4% at S 32768. Outcome 633 / 580 and, at 32768, 544 / 599 to 597 / 662 (D128).
//      Two warps that bring keys and values each on its own: predicted +3% where the one spilled (D64): 436 / 425 to
//      465 / 444, at S 32768 517 / 509 to 567 / 552.
//   6  On an H100, where step 5 gives 636 / 584 and 464 / 447. D64 has 5.2 rounds of items of three tiles: the last tiles
//      in items of one, predicted +8% (D64, full). Outcome 498 / 448; at S 2048 262 / 206 to 308 / 200. Blocks that stay
//      for the next item: predicted +3%. Outcome 649 / 608 and 509 / 474; at S 4096 574 / 480 to 596 / 503 (D128). Not:
//      an item taken while the one before is under way instead of after it, 643 / 576 and 503 / 438.
//   7  As many heads at a time as have 16 MiB of keys and values. Predicted +3% at S 32768. Outcome, heads 1 / 2 / 4 / 8, ms,
//      the quickest: D128 S 32768 full 12.90 / 12.97 / 13.42 / 13.29, causal 6.53 / 6.53 / 6.55 / 6.62; S 65536 full 55.3 /
//      55.3 / 56.4 / 55.5; S 8192 causal 0.487 / 0.452 / 0.454 / 0.461; S 4096 causal 0.159 / 0.153 / 0.133 / 0.137; D64
//      S 8192 causal 0.329 / 0.313 / 0.292 / 0.289, S 16384 causal 1.079 / 1.051 / 1.034 / 1.030.
//   8  Rows are finished in the fold of their last block (hopper_results.cuh), not by a kernel of its own that reads the
//      state again. Predicted a window of 4096 at S 131072 on two GPUs 4.33 to 3.9 ms, S 8192 5%. Outcome 4.23 ms; one
//      GPU alone, S 8192, 523 / 421 to 537 / 490. The rest was not the kernel's: with less to copy beside it and less to
//      do before its launch the window takes 3.8 ms.
//   9  V is searched for NaN once a pair, where the last one was searched twice. Predicted 1% of the window. Outcome 0.4%. Not:
//      hidden scores from bits that are looked up before the products, V searched beside them: all slower, without a mask,
//      too, since the loop's registers change.
// It shares its state with fold.cu. From S 32768 on the device is at its 700 W. Registers, ptxas 13.0, sm_90a: 168 (D64: 128) at launch, exchanged; spills
// in the producer's walk alone.
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
    uint8_t* scalars,
    uint8_t* taken,
    uint8_t* out,
    uint8_t* lse,
    uint8_t* lastBlocks,
    int block,
    ringflash::Grid grid) {
  using namespace ringflash;
  using Shared = HopperShared<RF_HEAD_DIM>;
  static_assert(Shared::BYTES <= 227 * 1024, "what a block of Hopper's can have");
  extern __shared__ __align__(1024) uint8_t memory[];
  Parameters p = {};
  p.acc = elements<float>(acc);
  p.maxima = elements<float>(maxima);
  p.sums = elements<float>(sums);
  p.queryTiles = elements<const int>(queryTiles);
  p.keyTiles = elements<const int>(keyTiles);
  p.shape = elements<const int>(shapeInts);
  p.scalars = elements<const float>(scalars);
  p.grid = grid;
  p.taken = elements<unsigned>(taken);
  p.out = elements<uint16_t>(out) + read(p.shape, shape::QUERIES_AT);
  p.lse = elements<float>(lse);
  p.lastBlocks = elements<const int>(lastBlocks);
  p.block = block;
  Shared shared = {sharedAddress(memory)};
  if (threadIdx.x == 0) {
    shared.initBarriers();
  }
  __syncthreads();
  // The same in all lanes, which the compiler can't know.
  int group = __shfl_sync(~0u, threadIdx.x / GROUP_THREADS, 0) - 1;
  if (group < 0) {
    giveRegistersBack<RF_HEAD_DIM == 64 ? 32 : 40>();
    TensorMaps maps = {q, k, v};
    HopperProducer<RF_HEAD_DIM> producer(p, maps, shared);
    if (warp() == 0) {
      producer.bringKeys();
    } else if (warp() == 1) {
      producer.bringValues();
    } else if (warp() == 2) {
      producer.bringQueries();
    }
  } else {
    takeRegisters<RF_HEAD_DIM == 64 ? 160 : 232>();
    HopperConsumer<RF_HEAD_DIM, RF_BRAIN>(p, shared, group).run();
  }
}
