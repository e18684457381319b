// What main/cuda/instructions.cuh has, in C++: emulate.sh puts it in that file's place.
#pragma once
#include "cuda_bf16.h"
#include "cuda_fp16.h"
#include "cuda_runtime.h"

namespace ringflash {

#define RF_INLINE inline

struct Fragment {
  uint32_t r[4];
};

RF_INLINE int lane() { return threadIdx.x & 31; }
RF_INLINE int warp() { return threadIdx.x >> 5; }

RF_INLINE uint32_t sharedAddress(const void* p) {
  emulated::sharedBase = static_cast<uint8_t*>(const_cast<void*>(p));
  return 0;
}

template <bool TRANSPOSED>
Fragment loadMatrices(uint32_t address) {
  const emulated::Slot* s = emulated::exchange({{address}});
  Fragment f;
  for (int m = 0; m < 4; m++) {
    uint16_t element[2];
    for (int e = 0; e < 2; e++) {
      int row = TRANSPOSED ? lane() % 4 * 2 + e : lane() / 4;
      int column = TRANSPOSED ? lane() / 4 : lane() % 4 * 2 + e;
      memcpy(&element[e], emulated::sharedBase + s[m * 8 + row].words[0] + column * 2, 2);
    }
    f.r[m] = element[0] | static_cast<uint32_t>(element[1]) << 16;
  }
  return f;
}
RF_INLINE Fragment loadMatrix(uint32_t address) { return loadMatrices<false>(address); }
RF_INLINE Fragment loadMatrixTransposed(uint32_t address) { return loadMatrices<true>(address); }

RF_INLINE uint4 loadShared16(uint32_t address) {
  uint4 v;
  memcpy(&v, emulated::sharedBase + address, 16);
  return v;
}
// Copies arrive as late as they may; until then their place holds NaN.
RF_INLINE void copyAsync(uint32_t to, const void* from, int live) {
  memset(emulated::sharedBase + to, 0xFF, 16);
  emulated::fibers[emulated::current]->open.push_back({emulated::sharedBase + to, from, live});
}
RF_INLINE void commitCopies() {
  emulated::Fiber& f = *emulated::fibers[emulated::current];
  f.groups.push_back(std::move(f.open));
  f.open.clear();
}
template <int PENDING>
void awaitCopies() {
  auto& groups = emulated::fibers[emulated::current]->groups;
  while (static_cast<int>(groups.size()) > PENDING) {
    for (auto& c : groups.front()) {
      memset(c.to, 0, 16);
      memcpy(c.to, c.from, c.live);
    }
    groups.erase(groups.begin());
  }
}

RF_INLINE float exp2Fast(float x) {
  float y = exp2f(x);
  return y < 0x1p-126f ? 0.f : y;
}

RF_INLINE float half(uint32_t pair, int e, bool brain) {
  uint16_t bits = pair >> (16 * e);
  if (brain) return __bfloat162float({bits});
  __half h;
  memcpy(&h, &bits, 2);
  return __half2float(h);
}

RF_INLINE float floatOf(uint32_t bits) {
  float f;
  memcpy(&f, &bits, 4);
  return f;
}
RF_INLINE uint32_t bitsOf(float x) {
  uint32_t u;
  memcpy(&u, &x, 4);
  return u;
}
RF_INLINE float2 unpackHalves(uint32_t pair) { return {half(pair, 0, false), half(pair, 1, false)}; }

template <bool BRAIN>
struct Storage {
  static constexpr uint32_t EXPONENT = BRAIN ? 0x7F80 : 0x7C00, INFINITE = EXPONENT, ONE = BRAIN ? 0x3F80 : 0x3C00;

  static void multiply(float (&d)[4], const float (&c)[4], const Fragment& a, uint32_t b0, uint32_t b1) {
    const emulated::Slot* s = emulated::exchange({{a.r[0], a.r[1], a.r[2], a.r[3], b0, b1}});
    for (int x = 0; x < 4; x++) {
      int row = lane() / 4, column = lane() % 4 * 2 + x % 2;
      float sum = c[x];
      for (int k = 0; k < 16; k++) {
        uint32_t left = s[row * 4 + k % 8 / 2].words[x / 2 + k / 8 * 2];
        uint32_t right = s[column * 4 + k % 8 / 2].words[4 + k / 8];
        sum += half(left, k % 2, BRAIN) * half(right, k % 2, BRAIN);
      }
      d[x] = sum;
    }
  }

  static uint32_t pack(float low, float high) {
    uint16_t bits[2];
    float f[2] = {low, high};
    for (int e = 0; e < 2; e++) {
      __half h = __float2half(f[e]);
      __nv_bfloat16 b = __float2bfloat16(f[e]);
      if (BRAIN)
        memcpy(&bits[e], &b, 2);
      else
        memcpy(&bits[e], &h, 2);
    }
    return bits[0] | static_cast<uint32_t>(bits[1]) << 16;
  }

  static uint32_t addZeroTimes(uint32_t x, uint32_t sum) {
    return pack(half(sum, 0, BRAIN) + 0 * half(x, 0, BRAIN), half(sum, 1, BRAIN) + 0 * half(x, 1, BRAIN));
  }
};

}  // namespace ringflash
