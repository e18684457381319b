// Softcap, ALiBi and dropout: what the extended kernels do to scores and weights.
#pragma once
#include "instructions.cuh"

namespace ringflash {

// cap·tanh(x / cap), as KernelMath.java has it: near 0 the quotient loses what the series keeps.
RF_INLINE float softcapped(float score, float cap) {
  float x = score / cap;
  float a = fabsf(x);
  float e = __expf(-2.f * a);
  float far = __fdividef(1.f - e, 1.f + e);
  float xx = a * a;
  float series = 62.f / 2835.f;
  series = series * xx - 17.f / 315.f;
  series = series * xx + 2.f / 15.f;
  series = series * xx - 1.f / 3.f;
  float near = a + a * xx * series;
  float tanh = a < 0.25f ? near : far;
  return copysignf(cap * tanh, x);
}

// Philox 4×32-10 (Philox.java): the four words of a counter's block.
struct Random {
  uint32_t word[4];

  RF_INLINE Random(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t key0, uint32_t key1) {
    uint32_t c3 = 0;
#pragma unroll
    for (int round = 0; round < 10; round++) {
      uint32_t next0 = __umulhi(0xCD9E8D57u, c2) ^ c1 ^ key0;
      uint32_t next2 = __umulhi(0xD2511F53u, c0) ^ c3 ^ key1;
      c1 = 0xCD9E8D57u * c2;
      c3 = 0xD2511F53u * c0;
      c0 = next0;
      c2 = next2;
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
    word[0] = c0;
    word[1] = c1;
    word[2] = c2;
    word[3] = c3;
  }

  RF_INLINE uint32_t at(uint32_t i) const {
    uint32_t low = i == 0 ? word[0] : word[1];
    uint32_t high = i == 2 ? word[2] : word[3];
    return i < 2 ? low : high;
  }
};

}  // namespace ringflash
