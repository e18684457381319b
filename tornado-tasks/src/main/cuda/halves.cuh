// FP32 on tensor cores that multiply FP16: a number is a power of two times the sum of two FP16, `high` and
// 2^-11 `low`, which together have 22 bits. Three of the four products of two such numbers count:
//
//   a·b = high·high + 2^-11 (high·low + low·high),
//
// each exact in the tensor core; the fourth is below 2^-22 of the first (Ootomo and Yokota, Recovering single
// precision accuracy from Tensor Cores while surpassing the FP32 theoretical peak performance, 2022). TF32 has
// as many bits and half the pace. What it has in addition is range: here all numbers of a query row, and of
// K or V in a tile, share the power of two, and what is 2^28 times smaller than the largest of them loses
// bits. Where that could matter, and where there are infinities and NaN, the range is called irregular and
// its products are computed in FP32 from the tensors as they are (exact.cuh).
#pragma once
#include <cmath>

#include "parameters.cuh"

namespace ringflash {

constexpr float LOW_UNIT = 0x1p-11f;

struct Halves {
  uint32_t high, low;  // of two numbers each

  RF_INLINE Halves(float a, float b) : high(Storage<false>::pack(a, b)) {
    float2 h = unpackHalves(high);
    low = Storage<false>::pack((a - h.x) * (1 / LOW_UNIT), (b - h.y) * (1 / LOW_UNIT));
  }
};

// Of some numbers: the largest and the smallest magnitude, zeros apart, and whether all are finite.
struct Range {
  static constexpr float HARMLESS = 16.f;          // below, lost bits are far below 1e-6 of a score or of out
  static constexpr float NARROW = 0x1p-28f;        // between the smallest and the largest
  static constexpr float HIGHEST = 0x1p60f;        // products of factors stay finite
  static constexpr int SCALED = 14;                // the largest number becomes 2^14 to 2^15
  static constexpr int LEAST = -126, MOST = 126;   // powers whose inverse is a normal number, too

  float largest;
  float smallest;
  float zero;  // NaN from the first NaN or infinity on

  static RF_INLINE Range none() { return {0.f, INFINITY, 0.f}; }

  RF_INLINE void add(float x) {
    float size = fabsf(x);
    largest = fmaxf(largest, size);
    smallest = size > 0 ? fminf(smallest, size) : smallest;
    zero = fmaf(x, 0.f, zero);
  }

  RF_INLINE void add(const Range& r) {
    largest = fmaxf(largest, r.largest);
    smallest = fminf(smallest, r.smallest);
    zero += r.zero;
  }

  RF_INLINE void addOfLane(int distance) {
    Range other;
    other.largest = __shfl_xor_sync(~0u, largest, distance);
    other.smallest = __shfl_xor_sync(~0u, smallest, distance);
    other.zero = __shfl_xor_sync(~0u, zero, distance);
    add(other);
  }

  RF_INLINE bool regular() const {
    return zero == 0 && largest < HIGHEST && (largest < HARMLESS || smallest >= largest * NARROW);
  }

  // The shared power of two, as an exponent.
  RF_INLINE int exponent() const {
    int e = static_cast<int>(bitsOf(largest) >> 23) - 127 - SCALED;
    return min(max(e, LEAST), MOST);
  }
};

RF_INLINE float powerOfTwo(int exponent) { return floatOf(static_cast<uint32_t>(exponent + 127) << 23); }

// What multiplies a range's numbers back, negative if the range is irregular.
RF_INLINE float factorOf(const Range& range) {
  float factor = powerOfTwo(range.exponent());
  return range.regular() ? factor : -factor;
}

RF_INLINE bool irregular(float factor) { return factor < 0; }

// A K/V block as split.cu writes it: for every K/V head and every tile of the table, 64 tokens whatever the
// tile has, each WIDTH high halves and then WIDTH low ones; tokens and columns that are missing are 0. And
// two factors for every K/V head and tile: of K and of V.
struct SplitBlock {
  static constexpr int LEAD = 56;  // 16-bit elements left out, so that tokens begin on 128 bytes
};

}  // namespace ringflash
