// Loads the committed kernels as TornadoVM does, lays out shards as its engine does, and runs rings.
#pragma once
#include <cuda_runtime.h>

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "parameters.cuh"
#include "reference.cuh"

#define CHECK(call)                                                                                  \
  do {                                                                                               \
    cudaError_t e_ = (call);                                                                         \
    if (e_ != cudaSuccess) {                                                                         \
      printf("FAILED %s, line %d: %s: %s\n", __FILE__, __LINE__, #call, cudaGetErrorString(e_));     \
      exit(1);                                                                                       \
    }                                                                                                \
  } while (0)

using namespace ringflash;

constexpr int TILE = table::TOKENS;
constexpr int HEADER = HEADER_BYTES;
constexpr int FIRST_ELEMENT = 56;  // so that rows begin on 128 bytes

enum class Stored { FP16, BF16, FP32 };

inline const char* nameOf(Stored type) { return type == Stored::FP16 ? "fp16" : type == Stored::BF16 ? "bf16" : "fp32"; }
inline int sizeOf(Stored type) { return type == Stored::FP32 ? 4 : 2; }

inline void write(uint8_t* to, float x, Stored type) {
  __half h = __float2half(x);
  __nv_bfloat16 b = __float2bfloat16(x);
  const void* from = type == Stored::FP16 ? static_cast<void*>(&h) : type == Stored::BF16 ? static_cast<void*>(&b) : &x;
  memcpy(to, from, sizeOf(type));
}

inline float readStored(const uint8_t* from, Stored type) {
  __half h;
  __nv_bfloat16 b;
  float x;
  memcpy(&h, from, 2);
  memcpy(&b, from, 2);
  memcpy(&x, from, sizeOf(type));
  return type == Stored::FP16 ? __half2float(h) : type == Stored::BF16 ? __bfloat162float(b) : x;
}

inline float rounded(float x, Stored type) {
  uint8_t bytes[4];
  write(bytes, x, type);
  return readStored(bytes, type);
}

// Device memory; fresh memory holds NaN, whatever it is read as.
struct Buffer {
  uint8_t* data = nullptr;
  size_t bytes = 0;
  explicit Buffer(size_t n) : bytes(n + HEADER) {
    CHECK(cudaMalloc(&data, bytes + 256));
    poison();
  }
  Buffer(const Buffer&) = delete;
  ~Buffer() { cudaFree(data); }
  void poison() { CHECK(cudaMemset(data, 0xFF, bytes + 256)); }
  template <class T>
  void put(const std::vector<T>& v, size_t at = 0) {
    CHECK(cudaMemcpy(data + HEADER + at * sizeof(T), v.data(), v.size() * sizeof(T), cudaMemcpyHostToDevice));
  }
  void putStored(const std::vector<float>& v, Stored type, size_t at) {
    std::vector<uint8_t> bits(v.size() * sizeOf(type));
    for (size_t i = 0; i < v.size(); i++) write(&bits[i * sizeOf(type)], v[i], type);
    put(bits, at * sizeOf(type));
  }
  std::vector<float> getStored(size_t n, Stored type, size_t at) const {
    auto bits = get<uint8_t>(n * sizeOf(type), at * sizeOf(type));
    std::vector<float> v(n);
    for (size_t i = 0; i < n; i++) v[i] = readStored(&bits[i * sizeOf(type)], type);
    return v;
  }
  template <class T>
  std::vector<T> get(size_t n, size_t at = 0) const {
    std::vector<T> v(n);
    CHECK(cudaMemcpy(v.data(), data + HEADER + at * sizeof(T), n * sizeof(T), cudaMemcpyDeviceToHost));
    return v;
  }
};

#ifdef RF_EMULATED
#define RF_8 uint64_t, uint8_t*, uint8_t*, uint8_t*, uint8_t*, uint8_t*, uint8_t*, uint8_t*
#define RF_KERNEL(name, ...) extern "C" void name(RF_8, ##__VA_ARGS__);
#define RF_FOLDS(type, ...)                                                               \
  RF_KERNEL(ringflash_fold_64_##type##_0, uint8_t*, uint8_t*, uint8_t*, ##__VA_ARGS__)    \
  RF_KERNEL(ringflash_fold_64_##type##_1, uint8_t*, uint8_t*, uint8_t*, ##__VA_ARGS__)    \
  RF_KERNEL(ringflash_fold_128_##type##_0, uint8_t*, uint8_t*, uint8_t*, ##__VA_ARGS__)   \
  RF_KERNEL(ringflash_fold_128_##type##_1, uint8_t*, uint8_t*, uint8_t*, ##__VA_ARGS__)
RF_FOLDS(fp16)
RF_FOLDS(bf16)
RF_FOLDS(fp32, uint8_t*, uint8_t*, uint8_t*)
RF_KERNEL(ringflash_finish_fp16, uint8_t*)
RF_KERNEL(ringflash_finish_bf16, uint8_t*)
RF_KERNEL(ringflash_finish_fp32, uint8_t*)
RF_KERNEL(ringflash_split_64)
RF_KERNEL(ringflash_split_128)

struct Kernel {
  using Arrays = std::vector<Buffer*>;
  std::function<void(const Arrays&)> run;
  int threads;

  template <class... A>
  static std::function<void(const Arrays&)> calling(void (*function)(uint64_t, A...)) {
    return [=](const Arrays& arrays) {
      size_t i = 0;
      auto next = [&](auto) { return arrays[i++]->data; };
      std::tuple<A...> pointers{next(static_cast<A*>(nullptr))...};
      std::apply([&](auto... a) { function(0, a...); }, pointers);
    };
  }

  Kernel(const std::string& file, const char*, int threads) : threads(threads) {
#define RF_CASE(name, function) {"-/" name ".ptx", calling(function)}
#define RF_FOLD_CASES(type)                                                     \
  RF_CASE("fold-d64-" #type, ringflash_fold_64_##type##_0),                     \
      RF_CASE("fold-d64-" #type "-extended", ringflash_fold_64_##type##_1),     \
      RF_CASE("fold-d128-" #type, ringflash_fold_128_##type##_0),               \
      RF_CASE("fold-d128-" #type "-extended", ringflash_fold_128_##type##_1),   \
      RF_CASE("finish-" #type, ringflash_finish_##type)
    static const std::map<std::string, std::function<void(const Arrays&)>> kernels = {
        RF_FOLD_CASES(fp16), RF_FOLD_CASES(bf16), RF_FOLD_CASES(fp32), RF_CASE("split-d64", ringflash_split_64),
        RF_CASE("split-d128", ringflash_split_128)};
    run = kernels.at(file);
  }

  void launch(int blocks, Arrays arrays) const {
    emulated::launch(dim3(blocks), dim3(threads), [&] { run(arrays); });
  }
};
#else
struct Kernel {
  cudaKernel_t kernel;
  cudaFuncAttributes attributes;
  double loadMilliseconds;
  int threads;

  Kernel(const std::string& file, const char* entry, int threads) : threads(threads) {
    std::ifstream in(file);
    if (!in) {
      printf("FAILED: no %s\n", file.c_str());
      exit(1);
    }
    std::stringstream text;
    text << ".version 7.6 \n.target sm_86 \n.address_size 64 \n\n" << in.rdbuf();
    CHECK(cudaFree(nullptr));
    auto start = std::chrono::steady_clock::now();
    cudaLibrary_t library;
    CHECK(cudaLibraryLoadData(&library, text.str().c_str(), nullptr, nullptr, 0, nullptr, nullptr, 0));
    CHECK(cudaLibraryGetKernel(&kernel, library, entry));
    CHECK(cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(kernel)));
    loadMilliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  }

  void launch(int blocks, std::vector<Buffer*> arrays) const {
    uint64_t context = 0;
    std::vector<uint8_t*> pointers;
    for (Buffer* b : arrays) pointers.push_back(b->data);
    std::vector<void*> arguments = {&context};
    for (auto& p : pointers) arguments.push_back(&p);
    CHECK(cudaLaunchKernel(reinterpret_cast<const void*>(kernel), dim3(blocks), dim3(threads), arguments.data(), 0, 0));
  }
};
#endif

struct Kernels {
  std::string folder;
  std::map<std::string, std::unique_ptr<Kernel>> loaded;

  const Kernel& get(const std::string& name, const char* entry, int threads = 128) {
    auto& k = loaded[name];
    if (!k) k = std::make_unique<Kernel>(folder + "/" + name + ".ptx", entry, threads);
    return *k;
  }
  static std::string width(int dim) { return dim <= 64 ? "64" : "128"; }
  static std::string name(int dim, Stored type) { return "fold-d" + width(dim) + "-" + nameOf(type); }
  bool has(int dim, Stored type) const { return std::ifstream(folder + "/" + name(dim, type) + ".ptx").good(); }
  const Kernel& fold(int dim, Stored type, bool extended) {
    int threads = type == Stored::FP32 && dim > 64 ? 256 : 128;
    return get(name(dim, type) + (extended ? "-extended" : ""), "ringflash_fold", threads);
  }
  const Kernel& split(int dim) { return get("split-d" + width(dim), "ringflash_split"); }
  const Kernel& finish(Stored type) { return get(std::string("finish-") + nameOf(type), "ringflash_finish"); }
};

struct Slice {
  int start, length, stride;
  bool joint;
};
using Slices = std::vector<Slice>;

struct Table {
  std::vector<int> ints;
  int tiles = 0, tokens = 0;
  Table(const Slices& slices, int heads) {
    ints.assign(table::HEADER, 0);
    for (auto& s : slices) {
      for (int f = 0; f < s.length; f += TILE) {
        int e[5] = {s.start + f * s.stride, std::min(TILE, s.length - f), s.stride, s.joint, tokens + f};
        ints.insert(ints.end(), e, e + 5);
        tiles++;
      }
      tokens += s.length;
    }
    ints[table::TILES] = tiles;
    ints[table::LENGTH] = tokens;
    ints[table::HEADS] = heads;
  }
};

struct Problem {
  int batch = 1, heads = 1, kvHeads = 1, dim = 64, nq = 64, nk = 64, jointQ = 0, jointK = 0;
  Options o{};
  Stored type = Stored::FP16;
  bool alibi = false;
  bool extended() const { return o.softcap > 0 || o.dropout > 0 || alibi || !(o.scale > 0); }
  std::vector<float> slopes;

  std::vector<int> shape(bool first) const {
    uint32_t threshold = static_cast<uint32_t>(std::fmin(4294967295.0, std::rint(o.dropout * 4294967296.0)));
    return {batch * heads, heads / kvHeads, o.lowest, o.highest, o.queryOffset, static_cast<int>(o.seed),
            static_cast<int>(o.seed >> 32), static_cast<int>(threshold ^ 0x80000000u), dim, FIRST_ELEMENT,
            FIRST_ELEMENT, first ? 1 : 0};
  }
  std::vector<float> scalars() const {
    std::vector<float> f(scalar::SLOPES);
    f[scalar::SCALE] = o.scale;
    f[scalar::SOFTCAP] = o.softcap;
    f[scalar::KEEP_SCALE] = 1 / (1 - o.dropout);
    f.insert(f.end(), slopes.begin(), slopes.end());
    return f;
  }
};

// The tokens of some slices, as a packed tensor of their own. Joint tokens follow the sequence.
inline std::vector<float> gather(
    const std::vector<float>& all, int batch, int n, int sequence, int row, const Slices& slices) {
  std::vector<float> part;
  for (int b = 0; b < batch; b++)
    for (auto& s : slices)
      for (int i = 0; i < s.length; i++) {
        size_t token = s.start + i * s.stride + (s.joint ? sequence : 0);
        auto from = all.begin() + (static_cast<size_t>(b) * n + token) * row;
        part.insert(part.end(), from, from + row);
      }
  return part;
}

// One rank: queries and state; blocks come one after another.
struct Shard {
  Kernels& kernels;
  const Problem& p;
  Slices slices;
  Table table;
  int padded;
  size_t rows;
  Buffer q, acc, maxima, sums, tiles, shapeFirst, shapeNext, scalars;
  bool first = true;

  Shard(Kernels& ks, const Problem& problem, const Slices& s)
      : kernels(ks), p(problem), slices(s), table(s, problem.heads), padded(problem.dim <= 64 ? 64 : 128),
        rows(static_cast<size_t>(p.batch) * p.heads * table.tiles * TILE),
        q((static_cast<size_t>(p.batch) * table.tokens * p.heads * p.dim + FIRST_ELEMENT) * sizeOf(p.type)),
        acc(rows * padded * 4), maxima(rows * 4), sums(rows * 16), tiles(table.ints.size() * 4), shapeFirst(64),
        shapeNext(64), scalars((scalar::SLOPES + p.batch * p.heads) * 4) {
    tiles.put(table.ints);
    shapeFirst.put(p.shape(true));
    shapeNext.put(p.shape(false));
    scalars.put(p.scalars());
  }

  // What FP32 keys are split into; one block's fit every other of as many tiles.
  struct Split {
    Buffer keys, values, factors;
    Split(const Problem& p, int padded, int tiles)
        : keys(bytes(p, padded, tiles)), values(bytes(p, padded, tiles)), factors(size_t(8) * p.batch * p.kvHeads * tiles) {}
    static size_t bytes(const Problem& p, int padded, int tiles) {
      return FIRST_ELEMENT * 2 + static_cast<size_t>(p.batch) * p.kvHeads * tiles * TILE * padded * 4;
    }
  };
  std::unique_ptr<Split> halves;
  int halvesTiles = 0;

  void fold(Buffer& k, Buffer& v, Buffer& keyTiles, int keyTileCount) {
    int blocks = p.batch * p.heads * ((table.tiles + 1) / 2);
    Buffer& shape = first ? shapeFirst : shapeNext;
    std::vector<Buffer*> arrays = {&q, &k, &v, &acc, &maxima, &sums, &tiles, &keyTiles, &shape, &scalars};
    if (p.type == Stored::FP32) {
      if (!halves || halvesTiles < keyTileCount) {
        halves = std::make_unique<Split>(p, padded, keyTileCount);
        halvesTiles = keyTileCount;
      }
      if (keyTileCount > 0) {
        kernels.split(p.dim).launch(p.batch * p.kvHeads * keyTileCount,
                                    {&k, &v, &keyTiles, &shape, &halves->keys, &halves->values, &halves->factors});
      }
      arrays.insert(arrays.end(), {&halves->keys, &halves->values, &halves->factors});
    }
    kernels.fold(p.dim, p.type, p.extended()).launch(blocks, arrays);
    first = false;
  }

  void finish(Buffer& out, Buffer& lse) {
    kernels.finish(p.type)
        .launch(p.batch * p.heads * table.tiles, {&acc, &maxima, &sums, &tiles, &shapeNext, &scalars, &out, &lse});
  }
};
