// Attention the way the definition reads, in FP64 or as plain FP32: one block per row. For checking, at any
// speed.
#pragma once
#include <cstdint>
#include <cuda_runtime.h>

struct Options {
  int lowest, highest, queryOffset;
  float scale, softcap, dropout;
  uint64_t seed;
};

constexpr int MOST_KEYS = 4096;

#ifdef RF_EMULATED
#define LAUNCH(kernel, grid, block, ...) emulated::launch(grid, block, [=] { kernel(__VA_ARGS__); })
#else
#define LAUNCH(kernel, grid, block, ...) kernel<<<grid, block>>>(__VA_ARGS__)
#endif

__device__ inline uint32_t philox(uint32_t c0, uint32_t c1, uint32_t c2, uint64_t key, int word) {
  uint32_t c[4] = {c0, c1, c2, 0};
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; round++) {
    uint64_t a = 0xD2511F53ull * c[0], b = 0xCD9E8D57ull * c[2];
    uint32_t n0 = static_cast<uint32_t>(b >> 32) ^ c[1] ^ k0, n2 = static_cast<uint32_t>(a >> 32) ^ c[3] ^ k1;
    c[1] = static_cast<uint32_t>(b);
    c[3] = static_cast<uint32_t>(a);
    c[0] = n0;
    c[2] = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return c[word];
}

// q (batch, nq, heads, dim), k and v (batch, nk, kvHeads, dim); tokens beyond `sequence` are joint.
template <class T>
__global__ void reference(
    const float* q, const float* k, const float* v, T* out, T* lse, const float* slopes, int heads,
    int kvHeads, int dim, int nq, int nk, int sequenceQ, int sequenceK, Options o) {
  __shared__ T s[MOST_KEYS];
  __shared__ bool visible[MOST_KEYS];
  __shared__ T shared[128];
  int i = blockIdx.x, h = blockIdx.y, b = blockIdx.z, t = threadIdx.x;
  bool jointQuery = i >= sequenceQ;
  const long long qRow = ((static_cast<long long>(b) * nq + i) * heads + h) * dim;
  T largest = -INFINITY;
  for (int j = t; j < nk; j += blockDim.x) {
    bool joint = jointQuery || j >= sequenceK;
    int distance = j - (i + o.queryOffset);
    visible[j] = joint || (distance >= o.lowest && distance <= o.highest);
    T x = 0;
    const long long kRow = ((static_cast<long long>(b) * nk + j) * kvHeads + h / (heads / kvHeads)) * dim;
    for (int d = 0; d < dim; d++) x += static_cast<T>(q[qRow + d]) * k[kRow + d];
    x *= o.scale;
    if (o.softcap > 0) x = o.softcap * tanh(x / o.softcap);
    if (!joint) x -= static_cast<T>(slopes[b * heads + h]) * abs(distance);
    s[j] = visible[j] ? x : -INFINITY;
    if (s[j] > largest) largest = s[j];
  }
  shared[t] = largest;
  __syncthreads();
  for (unsigned x = 0; x < blockDim.x; x++) largest = shared[x] > largest ? shared[x] : largest;
  __syncthreads();
  T base = largest == -INFINITY ? 0 : largest, sum = 0;
  for (int j = t; j < nk; j += blockDim.x) {
    s[j] = exp(s[j] - base);
    sum += s[j];
  }
  shared[t] = sum;
  __syncthreads();
  sum = 0;
  for (unsigned x = 0; x < blockDim.x; x++) sum += shared[x];
  uint32_t threshold = static_cast<uint32_t>(fmin(4294967295.0, rint(static_cast<double>(o.dropout) * 4294967296.0)));
  for (int d = t; d < dim; d += blockDim.x) {
    T a = 0;
    for (int j = 0; j < nk; j++) {
      if (!visible[j]) continue;
      if (o.dropout > 0) {
        uint32_t query = jointQuery ? (i - sequenceQ) | 0x80000000u : i;
        uint32_t key = j >= sequenceK ? (j - sequenceK) | 0x80000000u : j;
        if (philox(key >> 2, query, b * heads + h, o.seed, key & 3) < threshold) continue;
      }
      const long long vRow = ((static_cast<long long>(b) * nk + j) * kvHeads + h / (heads / kvHeads)) * dim;
      a += s[j] * v[vRow + d];
    }
    out[qRow + d] = sum == 0 ? 0 : a / sum / (1 - static_cast<T>(o.dropout));
  }
  if (t == 0) lse[(static_cast<long long>(b) * heads + h) * nq + i] = sum == 0 ? -INFINITY : base + log(sum);
}
