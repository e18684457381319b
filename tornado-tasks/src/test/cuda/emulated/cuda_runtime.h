// As much of CUDA as the kernels and their test use, on one CPU thread: every thread of a block is a
// fiber, and those of a warp meet wherever the machine makes them. For checking where no GPU is.
#pragma once
#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#define __device__
#define __global__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
#define __shared__ static

using std::max;
using std::min;

struct dim3 {
  unsigned x, y, z;
  dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
struct float2 {
  float x, y;
};
struct uint4 {
  uint32_t x, y, z, w;
};
inline float2 make_float2(float x, float y) { return {x, y}; }

inline dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace emulated {

struct Copy {
  void* to;
  const void* from;
  int live;
};

struct Barrier {
  int arrived = 0;
  unsigned generation = 0;
  inline void await(int count);
};

struct Slot {
  uint32_t words[12];
};

struct Warp {
  Barrier barrier;
  Slot slots[2][32];
};

struct Fiber {
  ucontext_t context;
  std::unique_ptr<char[]> stack{new char[512 * 1024]};
  bool done = false;
  unsigned exchanges = 0;
  std::vector<std::vector<Copy>> groups;
  std::vector<Copy> open;
};

inline ucontext_t scheduler;
inline std::vector<std::unique_ptr<Fiber>> fibers;
inline std::vector<Warp> warps;
inline Barrier blockBarrier;
inline int current, live;
inline uint8_t* sharedBase;
inline std::function<void()> body;

inline void yield() {
  int me = current;
  swapcontext(&fibers[me]->context, &scheduler);
}

void Barrier::await(int count) {
  unsigned mine = generation;
  if (++arrived == count) {
    arrived = 0;
    generation++;
  }
  while (generation == mine) {
    yield();
  }
}

inline void enter() {
  body();
  fibers[current]->done = true;
  live--;
  yield();
}

inline void launch(dim3 grid, dim3 block, std::function<void()> kernel) {
  int threads = block.x;
  while (static_cast<int>(fibers.size()) < threads) fibers.push_back(std::make_unique<Fiber>());
  body = std::move(kernel);
  blockDim = block;
  gridDim = grid;
  for (unsigned z = 0; z < grid.z; z++)
    for (unsigned y = 0; y < grid.y; y++)
      for (unsigned x = 0; x < grid.x; x++) {
        warps.assign((threads + 31) / 32, Warp());
        blockBarrier = Barrier();
        live = threads;
        for (int t = 0; t < threads; t++) {
          Fiber& f = *fibers[t];
          f.done = false;
          f.exchanges = 0;
          f.groups.clear();
          f.open.clear();
          getcontext(&f.context);
          f.context.uc_stack.ss_sp = f.stack.get();
          f.context.uc_stack.ss_size = 512 * 1024;
          f.context.uc_link = &scheduler;
          makecontext(&f.context, enter, 0);
        }
        blockIdx = dim3(x, y, z);
        while (live > 0)
          for (current = 0; current < threads; current++)
            if (!fibers[current]->done) {
              threadIdx = dim3(current);
              swapcontext(&scheduler, &fibers[current]->context);
            }
      }
}

inline int laneIndex() { return current & 31; }

// Everyone's words; good until this lane's next exchange but one.
inline const Slot* exchange(const Slot& mine) {
  Warp& w = warps[current / 32];
  Slot* slots = w.slots[fibers[current]->exchanges++ & 1];
  slots[laneIndex()] = mine;
  w.barrier.await(32);
  return slots;
}

}  // namespace emulated

inline void __syncthreads() { emulated::blockBarrier.await(blockDim.x); }
inline void __syncwarp() { emulated::exchange({}); }

inline uint32_t __ballot_sync(unsigned, bool b) {
  const emulated::Slot* s = emulated::exchange({{b}});
  uint32_t bits = 0;
  for (int i = 0; i < 32; i++) bits |= s[i].words[0] << i;
  return bits;
}
inline bool __any_sync(unsigned mask, bool b) { return __ballot_sync(mask, b) != 0; }
inline int __shfl_sync(unsigned, int v, int lane) {
  return static_cast<int>(emulated::exchange({{static_cast<uint32_t>(v)}})[lane].words[0]);
}
inline uint32_t __shfl_sync(unsigned, uint32_t v, int lane) { return emulated::exchange({{v}})[lane].words[0]; }
inline float __shfl_xor_sync(unsigned, float v, int lanes) {
  uint32_t u;
  memcpy(&u, &v, 4);
  const emulated::Slot* s = emulated::exchange({{u}});
  memcpy(&v, &s[emulated::laneIndex() ^ lanes].words[0], 4);
  return v;
}

template <class T>
T __ldg(const T* p) {
  return *p;
}
inline int __ffs(uint32_t x) { return __builtin_ffs(x); }
inline int __popc(uint32_t x) { return __builtin_popcount(x); }
inline uint32_t __umulhi(uint32_t a, uint32_t b) { return static_cast<uint64_t>(a) * b >> 32; }
inline float __fdividef(float a, float b) { return a / b; }

typedef int cudaError_t;
constexpr cudaError_t cudaSuccess = 0;
enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost };
inline const char* cudaGetErrorString(cudaError_t) { return ""; }
template <class T>
cudaError_t cudaMalloc(T** p, size_t n) {
  *p = static_cast<T*>(aligned_alloc(256, (n + 255) / 256 * 256));
  return *p == nullptr;
}
inline cudaError_t cudaFree(void* p) {
  free(p);
  return 0;
}
inline cudaError_t cudaMemset(void* p, int v, size_t n) {
  memset(p, v, n);
  return 0;
}
inline cudaError_t cudaMemcpy(void* to, const void* from, size_t n, cudaMemcpyKind) {
  memcpy(to, from, n);
  return 0;
}
inline cudaError_t cudaDeviceSynchronize() { return 0; }
inline cudaError_t cudaGetLastError() { return 0; }
