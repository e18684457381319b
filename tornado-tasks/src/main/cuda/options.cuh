// Softcap, ALiBi and dropout: what the extended kernels do to scores and weights.
#pragma once
#include "instructions.cuh"

namespace ringflash {

// Below it the series serves; above, where 1 - e^-2x loses nothing, the quotient.
constexpr float SMALL_TANH = 0.25f;

// tanh(x) / x for small x.
RF_INLINE float smallTanhRatio(float x) {
  float xx = x * x;
  float series = 62.f / 2835.f;
  series = series * xx - 17.f / 315.f;
  series = series * xx + 2.f / 15.f;
  series = series * xx - 1.f / 3.f;
  return series * xx + 1.f;
}

// cap·tanh(score / cap)
RF_INLINE float softcapped(float score, float cap) {
  float a = fabsf(score) / cap;
  float e = exp2Fast(a * (-2.f * 1.4426950408889634f));
  float far = copysignf(cap * __fdividef(1.f - e, 1.f + e), score);
  // A NaN is not below: it goes through the quotient and stays.
  return a < SMALL_TANH ? score * smallTanhRatio(a) : far;
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
