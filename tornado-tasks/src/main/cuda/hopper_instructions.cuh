// The instructions that Hopper (sm_90a) has beyond instructions.cuh: one function each, no policy.
#pragma once
#include "instructions.cuh"

namespace ringflash {

// A CUtensorMap: how the driver describes a tensor to the copy engine.
struct alignas(64) TensorMap {
  uint8_t opaque[128];
};

RF_INLINE void initBarrier(uint32_t barrier, int arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
}

// Makes barriers that were just initialised known to the copy engine.
RF_INLINE void publishBarriers() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }

// Arrives so many times.
RF_INLINE void arrive(uint32_t barrier, int times = 1) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(times) : "memory");
}

// Arrives, and has the barrier wait for so many bytes of copies, too.
RF_INLINE void arriveExpecting(uint32_t barrier, int bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

RF_INLINE void await(uint32_t barrier, int parity) {
  asm volatile(
      "{\n"
      ".reg .pred done;\n"
      "wait:\n"
      "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
      "@!done bra wait;\n"
      "}" ::"r"(barrier),
      "r"(parity)
      : "memory");
}

// Copies a box of a tensor of four dimensions to shared memory; what is outside of the tensor becomes 0.
RF_INLINE void copyBox(uint32_t to, const TensorMap& map, int c0, int c1, int c2, int c3, uint32_t barrier) {
  asm volatile(
      "cp.async.bulk.tensor.4d.shared::cluster.global.mbarrier::complete_tx::bytes "
      "[%0], [%1, {%2, %3, %4, %5}], [%6];" ::"r"(to),
      "l"(&map), "r"(c0), "r"(c1), "r"(c2), "r"(c3), "r"(barrier)
      : "memory");
}

template <int REGISTERS>
RF_INLINE void giveRegistersBack() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(REGISTERS));
}

template <int REGISTERS>
RF_INLINE void takeRegisters() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(REGISTERS));
}

// Barriers of the block by number, for some of its threads.
RF_INLINE void awaitNamed(int number, int threads) {
  asm volatile("bar.sync %0, %1;" ::"r"(number), "r"(threads) : "memory");
}

RF_INLINE void arriveNamed(int number, int threads) {
  asm volatile("bar.arrive %0, %1;" ::"r"(number), "r"(threads) : "memory");
}

// Whether `own` holds for any of some threads of the block.
RF_INLINE bool anyOfGroup(bool own, int number, int threads) {
  int any;
  asm volatile(
      "{.reg .pred own, any; setp.ne.b32 own, %1, 0;\n"
      "barrier.cta.red.or.pred any, %2, %3, own;\n"
      "selp.b32 %0, 1, 0, any;}"
      : "=r"(any)
      : "r"(static_cast<int>(own)), "r"(number), "r"(threads)
      : "memory");
  return any != 0;
}

// What a warp group wrote to registers is there for its matrix products from here on.
RF_INLINE void fenceProducts() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }

RF_INLINE void commitProducts() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

template <int PENDING>
RF_INLINE void awaitProducts() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(PENDING) : "memory");
}

// Keeps the compiler from moving what it does with registers over a wait for products that write them.
template <int N>
RF_INLINE void pin(float (&d)[N]) {
#pragma unroll
  for (int i = 0; i < N; i++) {
    asm volatile("" : "+f"(d[i])::"memory");
  }
}

// Keeps the compiler from making one of this code and other code that is the same.
RF_INLINE void keepApart() { asm volatile("// kept apart" ::: "memory"); }

// Tells wgmma where an operand lies in shared memory: in rows of 128 bytes whose chunks are exchanged as in
// tile.cuh. `halves` is the distance between columns [0, 64) and [64, 128), for an operand that is transposed.
RF_INLINE uint64_t operand(uint32_t address, uint32_t halves = 16) {
  constexpr uint32_t EIGHT_ROWS = 1024;
  constexpr uint64_t SWIZZLE_128 = 1ull << 62;
  return static_cast<uint64_t>((address & 0x3FFFF) >> 4) | static_cast<uint64_t>(halves >> 4) << 16 |
         static_cast<uint64_t>(EIGHT_ROWS >> 4) << 32 | SWIZZLE_128;
}

// The registers of a product's sums, for the instruction's text and for the compiler.
#define RF_NAMES_32 \
  "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, " \
  "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"
#define RF_NAMES_64 \
  RF_NAMES_32 ", " \
  "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, " \
  "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
#define RF_SUMS_4(d, i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3])
#define RF_SUMS_16(d, i) RF_SUMS_4(d, i), RF_SUMS_4(d, i + 4), RF_SUMS_4(d, i + 8), RF_SUMS_4(d, i + 12)
#define RF_SUMS_32(d, i) RF_SUMS_16(d, i), RF_SUMS_16(d, i + 16)

// d = a·b, or d += a·b; a is 64 rows of 16 columns, b 16 rows of as many columns as d has. In shared memory both
// are rows of what is summed over, except for the b of products from registers: its rows are summed.
template <bool BRAIN>
struct WarpGroupProduct;

#define RF_WARP_GROUP_PRODUCT(BRAIN, TYPE) \
template <> \
struct WarpGroupProduct<BRAIN> { \
  static RF_INLINE void multiply(float (&d)[64], uint64_t a, uint64_t b, int adds) { \
    asm volatile( \
        "{.reg .pred adds; setp.ne.b32 adds, %66, 0;\n" \
        "wgmma.mma_async.sync.aligned.m64n128k16.f32." TYPE "." TYPE " " \
        "{" RF_NAMES_64 "}, %64, %65, adds, 1, 1, 0, 0;}" \
        : RF_SUMS_32(d, 0), RF_SUMS_32(d, 32) \
        : "l"(a), "l"(b), "r"(adds)); \
  } \
 \
  static RF_INLINE void add(float (&d)[32], const uint32_t (&a)[4], uint64_t b) { \
    asm volatile( \
        "{.reg .pred always; setp.eq.b32 always, 0, 0;\n" \
        "wgmma.mma_async.sync.aligned.m64n64k16.f32." TYPE "." TYPE " " \
        "{" RF_NAMES_32 "}, {%32, %33, %34, %35}, %36, always, 1, 1, 1;}" \
        : RF_SUMS_32(d, 0) \
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b)); \
  } \
 \
  static RF_INLINE void add(float (&d)[64], const uint32_t (&a)[4], uint64_t b) { \
    asm volatile( \
        "{.reg .pred always; setp.eq.b32 always, 0, 0;\n" \
        "wgmma.mma_async.sync.aligned.m64n128k16.f32." TYPE "." TYPE " " \
        "{" RF_NAMES_64 "}, {%64, %65, %66, %67}, %68, always, 1, 1, 1;}" \
        : RF_SUMS_32(d, 0), RF_SUMS_32(d, 32) \
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b)); \
  } \
};

RF_WARP_GROUP_PRODUCT(false, "f16")
RF_WARP_GROUP_PRODUCT(true, "bf16")

#undef RF_WARP_GROUP_PRODUCT

}  // namespace ringflash
