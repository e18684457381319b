// The machine instructions the kernels are made of: one function each, no policy.
// Everything here exists from sm_80 and in PTX 7.6 on.
#pragma once
#include <cstdint>

namespace ringflash {

#define RF_INLINE __device__ __forceinline__

// Four registers of a 16×16 tile of 16-bit elements, as mma takes them.
struct Fragment {
  uint32_t r[4];
};

RF_INLINE int lane() { return threadIdx.x & 31; }
RF_INLINE int warp() { return threadIdx.x >> 5; }

RF_INLINE uint32_t sharedAddress(const void* p) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(p));
}

RF_INLINE Fragment loadMatrix(uint32_t address) {
  Fragment f;
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(f.r[0]), "=r"(f.r[1]), "=r"(f.r[2]), "=r"(f.r[3])
               : "r"(address));
  return f;
}

RF_INLINE Fragment loadMatrixTransposed(uint32_t address) {
  Fragment f;
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(f.r[0]), "=r"(f.r[1]), "=r"(f.r[2]), "=r"(f.r[3])
               : "r"(address));
  return f;
}

RF_INLINE uint4 loadShared16(uint32_t address) {
  uint4 v;
  asm volatile("ld.shared.v4.b32 {%0,%1,%2,%3}, [%4];"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "r"(address));
  return v;
}

RF_INLINE uint32_t loadShared4(uint32_t address) {
  uint32_t v;
  asm volatile("ld.shared.b32 %0, [%1];" : "=r"(v) : "r"(address));
  return v;
}

// Copies 16 bytes to shared memory in the background; bytes from `live` on become 0 unread.
RF_INLINE void copyAsync(uint32_t to, const void* from, int live) {
  asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(live));
}

RF_INLINE void commitCopies() { asm volatile("cp.async.commit_group;"); }

template <int PENDING>
RF_INLINE void awaitCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}

// 2^x; 2^-inf is 0, and 2^0 exactly 1.
RF_INLINE float exp2Fast(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

RF_INLINE float floatOf(uint32_t bits) { return __uint_as_float(bits); }
RF_INLINE uint32_t bitsOf(float x) { return __float_as_uint(x); }

// The two FP16 of a register, the lower one first.
RF_INLINE float2 unpackHalves(uint32_t pair) {
  float2 f;
  asm("{.reg .b16 low, high; mov.b32 {low, high}, %2; cvt.f32.f16 %0, low; cvt.f32.f16 %1, high;}"
      : "=f"(f.x), "=f"(f.y)
      : "r"(pair));
  return f;
}

// What the two storage types do differently.
template <bool BRAIN>
struct Storage;

template <>
struct Storage<false> {
  static constexpr uint32_t EXPONENT = 0x7C00, INFINITE = 0x7C00, ONE = 0x3C00;

  // d = a·b + c; d may be c.
  static RF_INLINE void multiply(float (&d)[4], const float (&c)[4], const Fragment& a, uint32_t b0, uint32_t b1) {
    asm(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%10,%11,%12,%13};"
        : "=f"(d[0]), "=f"(d[1]), "=f"(d[2]), "=f"(d[3])
        : "r"(a.r[0]), "r"(a.r[1]), "r"(a.r[2]), "r"(a.r[3]), "r"(b0), "r"(b1), "f"(c[0]), "f"(c[1]), "f"(c[2]), "f"(c[3]));
  }

  static RF_INLINE uint32_t pack(float low, float high) {
    uint32_t r;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
    return r;
  }

  // The lower one of a register.
  static RF_INLINE float unpack(uint32_t pair) { return unpackHalves(pair).x; }

  // sum + 0·x: NaN from the first NaN or infinity on.
  static RF_INLINE uint32_t addZeroTimes(uint32_t x, uint32_t sum) {
    uint32_t r;
    asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(r) : "r"(x), "r"(0u), "r"(sum));
    return r;
  }
};

template <>
struct Storage<true> {
  static constexpr uint32_t EXPONENT = 0x7F80, INFINITE = 0x7F80, ONE = 0x3F80;

  // d = a·b + c; d may be c.
  static RF_INLINE void multiply(float (&d)[4], const float (&c)[4], const Fragment& a, uint32_t b0, uint32_t b1) {
    asm(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%10,%11,%12,%13};"
        : "=f"(d[0]), "=f"(d[1]), "=f"(d[2]), "=f"(d[3])
        : "r"(a.r[0]), "r"(a.r[1]), "r"(a.r[2]), "r"(a.r[3]), "r"(b0), "r"(b1), "f"(c[0]), "f"(c[1]), "f"(c[2]), "f"(c[3]));
  }

  static RF_INLINE uint32_t pack(float low, float high) {
    uint32_t r;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
    return r;
  }

  static RF_INLINE float unpack(uint32_t pair) { return floatOf(pair << 16); }

  static RF_INLINE uint32_t addZeroTimes(uint32_t x, uint32_t sum) {
    uint32_t r;
    asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(r) : "r"(x), "r"(0u), "r"(sum));
    return r;
  }
};

}  // namespace ringflash
