// Loads the committed kernels as TornadoVM does, lays out shards as its engine does, and runs rings.
#pragma once
#include <cuda_runtime.h>

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
  template <class T>
  std::vector<T> get(size_t n, size_t at = 0) const {
    std::vector<T> v(n);
    CHECK(cudaMemcpy(v.data(), data + HEADER + at * sizeof(T), n * sizeof(T), cudaMemcpyDeviceToHost));
    return v;
  }
};

#ifdef RF_EMULATED
#define RF_ARGUMENTS uint64_t, uint8_t*, uint8_t*, uint8_t*, uint8_t*, uint8_t*, uint8_t*, uint8_t*, uint8_t*
#define RF_FOLD(name) extern "C" void name(RF_ARGUMENTS, uint8_t*, uint8_t*);
RF_FOLD(fold_64_0_0) RF_FOLD(fold_64_0_1) RF_FOLD(fold_64_1_0) RF_FOLD(fold_64_1_1)
RF_FOLD(fold_128_0_0) RF_FOLD(fold_128_0_1) RF_FOLD(fold_128_1_0) RF_FOLD(fold_128_1_1)
extern "C" void finish_0(RF_ARGUMENTS);
extern "C" void finish_1(RF_ARGUMENTS);

struct Kernel {
  std::function<void(const std::vector<Buffer*>&)> run;

  Kernel(const std::string& file, const char*) {
    using Fold = void (*)(RF_ARGUMENTS, uint8_t*, uint8_t*);
    static const std::map<std::string, Fold> folds = {
        {"-/fold-d64-fp16.ptx", fold_64_0_0},   {"-/fold-d64-fp16-extended.ptx", fold_64_0_1},
        {"-/fold-d64-bf16.ptx", fold_64_1_0},   {"-/fold-d64-bf16-extended.ptx", fold_64_1_1},
        {"-/fold-d128-fp16.ptx", fold_128_0_0}, {"-/fold-d128-fp16-extended.ptx", fold_128_0_1},
        {"-/fold-d128-bf16.ptx", fold_128_1_0}, {"-/fold-d128-bf16-extended.ptx", fold_128_1_1}};
    if (folds.count(file)) {
      Fold f = folds.at(file);
      run = [f](const std::vector<Buffer*>& a) {
        f(0, a[0]->data, a[1]->data, a[2]->data, a[3]->data, a[4]->data, a[5]->data, a[6]->data, a[7]->data, a[8]->data,
          a[9]->data);
      };
    } else {
      auto f = file == "-/finish-fp16.ptx" ? finish_0 : finish_1;
      run = [f](const std::vector<Buffer*>& a) {
        f(0, a[0]->data, a[1]->data, a[2]->data, a[3]->data, a[4]->data, a[5]->data, a[6]->data, a[7]->data);
      };
    }
  }

  void launch(int blocks, std::vector<Buffer*> arrays) const {
    emulated::launch(dim3(blocks), dim3(128), [&] { run(arrays); });
  }
};
#else
struct Kernel {
  cudaKernel_t kernel;
  cudaFuncAttributes attributes;
  double loadMilliseconds;

  Kernel(const std::string& file, const char* entry) {
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
    CHECK(cudaLaunchKernel(reinterpret_cast<const void*>(kernel), dim3(blocks), dim3(128), arguments.data(), 0, 0));
  }
};
#endif

struct Kernels {
  std::string folder;
  std::map<std::string, std::unique_ptr<Kernel>> loaded;

  const Kernel& get(const std::string& name, const char* entry) {
    auto& k = loaded[name];
    if (!k) k = std::make_unique<Kernel>(folder + "/" + name + ".ptx", entry);
    return *k;
  }
  static std::string name(int dim, bool brain) {
    return std::string("fold-d") + (dim <= 64 ? "64" : "128") + (brain ? "-bf16" : "-fp16");
  }
  bool has(int dim, bool brain) const { return std::ifstream(folder + "/" + name(dim, brain) + ".ptx").good(); }
  const Kernel& fold(int dim, bool brain, bool extended) {
    return get(name(dim, brain) + (extended ? "-extended" : ""), "ringflash_fold");
  }
  const Kernel& finish(bool brain) { return get(brain ? "finish-bf16" : "finish-fp16", "ringflash_finish"); }
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
inline std::vector<uint16_t> gather(
    const std::vector<uint16_t>& all, int batch, int n, int sequence, int row, const Slices& slices) {
  std::vector<uint16_t> part;
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
        q((static_cast<size_t>(p.batch) * table.tokens * p.heads * p.dim + FIRST_ELEMENT) * 2),
        acc(rows * padded * 4), maxima(rows * 4), sums(rows * 16), tiles(table.ints.size() * 4), shapeFirst(64),
        shapeNext(64), scalars((scalar::SLOPES + p.batch * p.heads) * 4) {
    tiles.put(table.ints);
    shapeFirst.put(p.shape(true));
    shapeNext.put(p.shape(false));
    scalars.put(p.scalars());
  }

  void fold(Buffer& k, Buffer& v, Buffer& keyTiles) {
    int blocks = p.batch * p.heads * ((table.tiles + 1) / 2);
    kernels.fold(p.dim, p.o.brain, p.extended())
        .launch(blocks, {&q, &k, &v, &acc, &maxima, &sums, &tiles, &keyTiles, first ? &shapeFirst : &shapeNext, &scalars});
    first = false;
  }

  void finish(Buffer& out, Buffer& lse) {
    kernels.finish(p.o.brain)
        .launch(p.batch * p.heads * table.tiles, {&acc, &maxima, &sums, &tiles, &shapeNext, &scalars, &out, &lse});
  }
};
