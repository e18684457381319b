// Checks the committed kernels against an FP64 reference over random problems and rings, then times
// them. Usage: fold_test FOLDER_OF_PTX [CASES [SEED [bench]]]
//
//   nvcc -std=c++17 -O2 -arch=sm_80 -o fold_test fold_test.cu
//
// emulated/emulate.sh runs the checks where no GPU is.
#include <algorithm>
#include <random>

#include "harness.cuh"

static std::mt19937_64 gen;
static int pick(int low, int high) { return low + static_cast<int>(gen() % static_cast<uint64_t>(high - low + 1)); }
static bool chance(double p) { return (gen() >> 11) * 0x1p-53 < p; }

static std::vector<float> randoms(size_t n, Stored type, float spread) {
  std::normal_distribution<float> normal(0, spread);
  std::vector<float> v(n);
  for (auto& x : v) x = rounded(normal(gen), type);
  return v;
}

enum Sharding { CONTIGUOUS, ZIGZAG, STRIPED, UNEVEN };

static Slices shard(Sharding how, int n, int rank, int ranks) {
  Slices s;
  auto piece = [&](int c, int of) {
    int a = static_cast<int>(static_cast<long long>(n) * c / of), b = static_cast<int>(static_cast<long long>(n) * (c + 1) / of);
    if (b > a) s.push_back({a, b - a, 1, false});
  };
  switch (how) {
    case CONTIGUOUS: piece(rank, ranks); break;
    case ZIGZAG: piece(rank, 2 * ranks); piece(2 * ranks - 1 - rank, 2 * ranks); break;
    case STRIPED:
      if (n > rank) s.push_back({rank, (n - rank + ranks - 1) / ranks, ranks, false});
      break;
    case UNEVEN:  // multiples of a tile, the last rank takes what is left
      int per = n / TILE / ranks * TILE;
      int a = rank * per, b = rank == ranks - 1 ? n : a + per;
      if (b > a) s.push_back({a, b - a, 1, false});
  }
  return s;
}

struct Data {
  std::vector<float> q, k, v;
};
struct Result {
  std::vector<float> out, lse;
};

static Result ring(Kernels& kernels, const Problem& p, const Data& data, Sharding how, int ranks, bool ascending) {
  int row = p.heads * p.dim, kvRow = p.kvHeads * p.dim, sequenceQ = p.nq - p.jointQ, sequenceK = p.nk - p.jointK;
  Result result;
  result.out.assign(data.q.size(), NAN);
  result.lse.assign(static_cast<size_t>(p.batch) * p.heads * p.nq, NAN);
  for (int rank = 0; rank < ranks; rank++) {
    Slices mine = shard(how, sequenceQ, rank, ranks);
    if (rank == 0 && p.jointQ > 0) mine.push_back({0, p.jointQ, 1, true});
    if (mine.empty()) continue;
    Shard shard_(kernels, p, mine);
    shard_.q.putStored(gather(data.q, p.batch, p.nq, sequenceQ, row, mine), p.type, FIRST_ELEMENT);
    for (int step = 0; step < ranks; step++) {
      Slices block = shard(how, sequenceK, ascending ? step : (rank + step) % ranks, ranks);
      if (step == 0 && p.jointK > 0) block.insert(block.begin(), {0, p.jointK, 1, true});
      Table table(block, p.kvHeads);
      size_t n = static_cast<size_t>(p.batch) * table.tokens * kvRow;
      size_t bytes = (n + FIRST_ELEMENT) * sizeOf(p.type);
      Buffer k(bytes), v(bytes), tiles(table.ints.size() * 4);
      k.putStored(gather(data.k, p.batch, p.nk, sequenceK, kvRow, block), p.type, FIRST_ELEMENT);
      v.putStored(gather(data.v, p.batch, p.nk, sequenceK, kvRow, block), p.type, FIRST_ELEMENT);
      tiles.put(table.ints);
      shard_.fold(k, v, tiles, table.tiles);
      CHECK(cudaDeviceSynchronize());
    }
    size_t n = static_cast<size_t>(p.batch) * shard_.table.tokens * row;
    Buffer out((n + FIRST_ELEMENT) * sizeOf(p.type)), lse(static_cast<size_t>(p.batch) * p.heads * shard_.table.tokens * 4);
    shard_.finish(out, lse);
    CHECK(cudaDeviceSynchronize());
    auto o = out.getStored(n, p.type, FIRST_ELEMENT);
    auto l = lse.get<float>(static_cast<size_t>(p.batch) * p.heads * shard_.table.tokens);
    for (int b = 0; b < p.batch; b++) {
      int at = 0;
      for (auto& s : mine)
        for (int i = 0; i < s.length; i++, at++) {
          size_t token = s.start + i * s.stride + (s.joint ? sequenceQ : 0);
          std::copy_n(o.begin() + (static_cast<size_t>(b) * shard_.table.tokens + at) * row, row,
                      result.out.begin() + (static_cast<size_t>(b) * p.nq + token) * row);
          for (int h = 0; h < p.heads; h++)
            result.lse[(static_cast<size_t>(b) * p.heads + h) * p.nq + token] =
                l[(static_cast<size_t>(b) * p.heads + h) * shard_.table.tokens + at];
        }
    }
  }
  return result;
}

static int classOf(double x) { return std::isnan(x) ? 3 : x == INFINITY ? 2 : x == -INFINITY ? 1 : 0; }

struct Tally {
  int cases = 0, failed = 0;
  double worstRatio = 0, worstLse = 0;
  long long infinityAsNan = 0;
};

template <class T>
static void refer(const Problem& p, const Buffer& q, const Buffer& k, const Buffer& v, const Buffer& slopes, size_t size,
                  size_t rows, std::vector<T>& outs, std::vector<T>& lses) {
  auto floats = [](const Buffer& b) { return reinterpret_cast<const float*>(b.data + HEADER); };
  const float *qs = floats(q), *ks = floats(k), *vs = floats(v), *slopeData = floats(slopes);
  Buffer out(size * sizeof(T)), lse(rows * sizeof(T));
  T *to = reinterpret_cast<T*>(out.data + HEADER), *lseTo = reinterpret_cast<T*>(lse.data + HEADER);
  LAUNCH(reference, dim3(p.nq, p.heads, p.batch), dim3(128), qs, ks, vs, to, lseTo, slopeData, p.heads, p.kvHeads, p.dim,
         p.nq, p.nk, p.nq - p.jointQ, p.nk - p.jointK, p.o);
  CHECK(cudaGetLastError());
  CHECK(cudaDeviceSynchronize());
  outs = out.template get<T>(size);
  lses = lse.template get<T>(rows);
}

// The usual error: of rounding the exact result to 16 bits, or of plain FP32 arithmetic.
static bool compare(const Problem& p, const Data& d, const Result& r, Tally& tally, std::string& why) {
  Buffer q(d.q.size() * 4), k(d.k.size() * 4), v(d.v.size() * 4), slopes(p.slopes.size() * 4);
  size_t rows = static_cast<size_t>(p.batch) * p.heads * p.nq;
  q.put(d.q);
  k.put(d.k);
  v.put(d.v);
  slopes.put(p.slopes);
  std::vector<double> ref, refLse;
  std::vector<float> plain, plainLse;
  refer(p, q, k, v, slopes, d.q.size(), rows, ref, refLse);
  if (p.type == Stored::FP32) refer(p, q, k, v, slopes, d.q.size(), rows, plain, plainLse);
  double error = 0, rounding = 0, size = 0, worst = 0;
  for (size_t i = 0; i < ref.size(); i++) {
    double got = r.out[i], want = rounded(static_cast<float>(ref[i]), p.type);
    if (classOf(got) != classOf(want)) {
      // A weight that underflows makes NaN of an infinity, and where that happens depends on the arithmetic.
      if (classOf(got) > 0 && classOf(want) > 0) {
        tally.infinityAsNan++;
        continue;
      }
      char text[200];
      snprintf(text, sizeof text, "element %zu (row %zu) is %g instead of %g", i, i / p.dim, got, ref[i]);
      why = text;
      return false;
    }
    if (classOf(want) != 0) continue;
    error += (got - ref[i]) * (got - ref[i]);
    double usual = p.type == Stored::FP32 ? plain[i] : want;
    rounding += classOf(usual) == 0 ? (usual - ref[i]) * (usual - ref[i]) : 0;
    size += ref[i] * ref[i];
    worst = std::max(worst, std::fabs(got - ref[i]));
  }
  double ratio = std::sqrt(error) / (std::sqrt(rounding) + 1e-6 * std::sqrt(size) + 1e-30);
  tally.worstRatio = std::max(tally.worstRatio, ratio);
  if (ratio > 2) {
    why = "error is " + std::to_string(ratio) + " times the usual one, largest " + std::to_string(worst);
    return false;
  }
  for (size_t i = 0; i < rows; i++) {
    bool same = classOf(r.lse[i]) == classOf(refLse[i]);
    double e = classOf(refLse[i]) == 0 ? std::fabs(r.lse[i] - refLse[i]) / (1 + std::fabs(refLse[i])) : 0;
    tally.worstLse = std::max(tally.worstLse, same ? e : 0);
    if (!same || e > 1e-5) {
      why = "lse " + std::to_string(i) + " is " + std::to_string(r.lse[i]) + " instead of " + std::to_string(refLse[i]);
      return false;
    }
  }
  return true;
}

#ifdef RF_EMULATED
constexpr int MOST_TOKENS = 330;
#else
constexpr int MOST_TOKENS = 900;
#endif

static Problem randomProblem() {
  static const int DIMS[] = {64, 128, 64, 128, 64, 128, 32, 96, 80, 8, 16, 72, 120, 40};
  Problem p;
  p.batch = pick(1, 2);
  p.kvHeads = pick(1, 3);
  p.heads = p.kvHeads * pick(1, 3);
  p.dim = DIMS[pick(0, 13)];
  p.jointQ = chance(0.25) ? pick(1, 90) : 0;
  p.jointK = chance(0.35) ? pick(1, 150) : 0;
  int sequenceK = pick(1, MOST_TOKENS), sequenceQ = chance(0.6) ? sequenceK : pick(1, MOST_TOKENS);
  p.nq = sequenceQ + p.jointQ;
  p.nk = sequenceK + p.jointK;
  bool causal = chance(0.5);
  int left = chance(0.3) ? pick(0, 300) : -1, right = chance(0.3) ? pick(0, 200) : -1;
  p.o.lowest = left < 0 ? -0x7FFFFFFF : -left;
  p.o.highest = right < 0 ? 0x7FFFFFFF : right;
  if (causal) p.o.highest = std::min(p.o.highest, 0);
  p.o.queryOffset = sequenceK - sequenceQ;
  p.o.scale = chance(0.8) ? 1 / std::sqrt(static_cast<float>(p.dim)) : chance(0.5) ? 1.f : chance(0.5) ? -0.2f : 0.f;
  p.o.softcap = chance(0.2) ? (chance(0.5) ? 30.f : 1.5f) : 0;
  p.o.dropout = chance(0.2) ? (chance(0.5) ? 0.1f : 0.7f) : 0;
  p.o.seed = gen();
  p.type = static_cast<Stored>(pick(0, 2));
  if (p.type == Stored::FP32 && chance(0.3)) p.dim = pick(1, 128);
  p.alibi = chance(0.2);
  p.slopes.assign(p.batch * p.heads, 0.f);
  if (p.alibi)
    for (auto& s : p.slopes) s = std::ldexp(1.f, -pick(1, 8)) * (chance(0.1) ? -0.1f : 1.f);
  return p;
}

static void check(Kernels& kernels, int cases, Tally& tally) {
  static const char* NAMES[] = {"contiguous", "zigzag", "striped", "uneven"};
  for (int c = 0; c < cases; c++) {
    Problem p = randomProblem();
    float spread = chance(0.2) ? 4.f : 1.f;
    Data d{randoms(static_cast<size_t>(p.batch) * p.nq * p.heads * p.dim, p.type, spread),
           randoms(static_cast<size_t>(p.batch) * p.nk * p.kvHeads * p.dim, p.type, spread),
           randoms(static_cast<size_t>(p.batch) * p.nk * p.kvHeads * p.dim, p.type, 1)};
    bool planted = chance(0.4);
    if (planted) {
      static const float BAD[] = {NAN, INFINITY, -INFINITY};
      for (int i = pick(1, 6); i > 0; i--) d.v[gen() % d.v.size()] = BAD[pick(0, 2)];
      if (chance(0.3)) d.k[gen() % d.k.size()] = BAD[pick(0, 2)];
      if (chance(0.3)) d.q[gen() % d.q.size()] = BAD[pick(0, 2)];
    }
    if (p.type == Stored::FP32 && chance(0.3)) {
      // Numbers too far apart for one power of two.
      for (auto* x : {&d.q, &d.k, &d.v}) {
        if (chance(0.5)) {
          (*x)[gen() % x->size()] = 20;
          (*x)[gen() % x->size()] *= 0x1p-40f;
        }
      }
    }
    Sharding how = static_cast<Sharding>(pick(0, 3));
    int ranks = pick(1, 4);
    Result r = ring(kernels, p, d, how, ranks, false);
    std::string why;
    bool good = compare(p, d, r, tally, why);
    if (good && !planted && chance(0.5)) {
      // Shards cut at multiples of the tile, folded in order of position: the same bits.
      Result one = ring(kernels, p, d, CONTIGUOUS, 1, true), many = ring(kernels, p, d, UNEVEN, pick(2, 4), true);
      if (memcmp(one.out.data(), many.out.data(), one.out.size() * 4) != 0 || memcmp(one.lse.data(), many.lse.data(), one.lse.size() * 4) != 0) {
        good = false;
        why = "one rank and several differ in bits";
      }
    }
    tally.cases++;
    if (!good) {
      tally.failed++;
      if (tally.failed <= 12)
        printf("FAILED case %d: B%d H%d/%d D%d Sq%d+%d Sk%d+%d [%d, %d] scale %g cap %g drop %g alibi %d %s planted %d %s "
               "x%d: %s\n",
               c, p.batch, p.heads, p.kvHeads, p.dim, p.nq - p.jointQ, p.jointQ, p.nk - p.jointK, p.jointK, p.o.lowest,
               p.o.highest, p.o.scale, p.o.softcap, p.o.dropout, p.alibi, nameOf(p.type), planted, NAMES[how],
               ranks, why.c_str());
    }
  }
}

#ifndef RF_EMULATED
__global__ void fillRandom(uint8_t* data, size_t n, uint64_t seed, Stored type) {
  for (size_t i = blockIdx.x * static_cast<size_t>(blockDim.x) + threadIdx.x; i < n; i += static_cast<size_t>(gridDim.x) * blockDim.x) {
    uint32_t a = philox(static_cast<uint32_t>(i), static_cast<uint32_t>(i >> 32), 0, seed, 0);
    uint32_t b = philox(static_cast<uint32_t>(i), static_cast<uint32_t>(i >> 32), 0, seed, 1);
    float x = sqrtf(-2 * logf((a + 1.f) * 0x1p-32f)) * cosf(6.2831853f * (b * 0x1p-32f));
    if (type == Stored::BF16)
      reinterpret_cast<__nv_bfloat16*>(data)[i] = __float2bfloat16(x);
    else if (type == Stored::FP16)
      reinterpret_cast<__half*>(data)[i] = __float2half(x);
    else
      reinterpret_cast<float*>(data)[i] = x;
  }
}

static void fill(Buffer& b, size_t n, uint64_t seed, Stored type) {
  fillRandom<<<1024, 256>>>(b.data + HEADER + FIRST_ELEMENT * sizeOf(type), n, seed, type);
  CHECK(cudaDeviceSynchronize());
}

// A ring's middle step: the state comes in and goes out, and each step has keys of its own.
static void time(Kernels& kernels, const char* label, Problem p, int repetitions) {
  p.slopes.assign(p.batch * p.heads, p.alibi ? 0.01f : 0.f);
  Slices all = {{0, p.nq, 1, false}}, keys = {{0, p.nk, 1, false}};
  Shard shard_(kernels, p, all);
  Table table(keys, p.kvHeads);
  size_t n = static_cast<size_t>(p.batch) * p.nk * p.kvHeads * p.dim;
  size_t bytes = (n + 64) * sizeOf(p.type);
  Buffer k0(bytes), v0(bytes), k1(bytes), v1(bytes), tiles(table.ints.size() * 4);
  fill(shard_.q, static_cast<size_t>(p.batch) * p.nq * p.heads * p.dim, 1, p.type);
  fill(k0, n, 2, p.type);
  fill(v0, n, 3, p.type);
  fill(k1, n, 4, p.type);
  fill(v1, n, 5, p.type);
  tiles.put(table.ints);
  cudaEvent_t a, b;
  CHECK(cudaEventCreate(&a));
  CHECK(cudaEventCreate(&b));
  double median[2];
  for (int first = 1; first >= 0; first--) {
    std::vector<float> ms;
    for (int i = -3; i < repetitions; i++) {
      shard_.first = true;
      if (!first) shard_.fold(k0, v0, tiles, table.tiles);
      CHECK(cudaEventRecord(a));
      shard_.fold(k1, v1, tiles, table.tiles);
      CHECK(cudaEventRecord(b));
      CHECK(cudaEventSynchronize(b));
      float t;
      CHECK(cudaEventElapsedTime(&t, a, b));
      if (i >= 0) ms.push_back(t);
    }
    std::sort(ms.begin(), ms.end());
    median[first] = (ms[ms.size() / 2] + ms[(ms.size() - 1) / 2]) / 2;
  }
  double pairs = 0;
  for (int i = 0; i < p.nq; i++) {
    long long low = std::max<long long>(0, static_cast<long long>(i) + p.o.lowest), high = std::min<long long>(p.nk - 1, static_cast<long long>(i) + p.o.highest);
    pairs += std::max(0ll, high - low + 1);
  }
  double flops = 4.0 * p.batch * p.heads * p.dim * pairs;
  const auto& at = kernels.fold(p.dim, p.type, p.extended()).attributes;
  printf("%-22s D%-3d S%-6d H%d/%d %s | carried %8.3f ms %6.1f TF/s | first %8.3f ms %6.1f | %3d regs, %zu B local\n",
         label, p.dim, p.nk, p.heads, p.kvHeads, nameOf(p.type), median[0], flops / median[0] / 1e9, median[1], flops / median[1] / 1e9,
         at.numRegs, at.localSizeBytes);
  fflush(stdout);
  cudaEventDestroy(a);
  cudaEventDestroy(b);
}

static void bench(Kernels& kernels, bool brief) {
  for (int dim : {128, 64})
    for (int s : {8192, 2048, 16384, 32768}) {
      if (brief && s == 2048) continue;
      for (int causal = 0; causal < 2; causal++)
        for (Stored type : {Stored::FP16, Stored::BF16, Stored::FP32}) {
          if (type == Stored::BF16 && (s != 8192 || brief)) continue;
          Problem p;
          p.heads = p.kvHeads = 16;
          p.dim = dim;
          p.nq = p.nk = s;
          if (!kernels.has(dim, type)) continue;
          p.o = {-0x7FFFFFFF, causal ? 0 : 0x7FFFFFFF, 0, 1 / std::sqrt(static_cast<float>(dim)), 0, 0, 7};
          p.type = type;
          time(kernels, causal ? "causal" : "full", p, s > 16384 ? 7 : 10);
          if (s == 8192 && type != Stored::BF16 && !brief) {
            Problem x = p;
            x.kvHeads = 4;
            time(kernels, causal ? "causal, GQA" : "full, GQA", x, 10);
            x = p;
            x.o.softcap = 30;
            time(kernels, causal ? "causal, softcap" : "full, softcap", x, 5);
            x = p;
            x.alibi = true;
            time(kernels, causal ? "causal, ALiBi" : "full, ALiBi", x, 5);
            x = p;
            x.o.dropout = 0.1f;
            time(kernels, causal ? "causal, dropout" : "full, dropout", x, 5);
          }
          if (s == 32768 && causal && !brief) {
            p.o.lowest = -4096;
            time(kernels, "causal, window 4096", p, 10);
          }
        }
    }
}

#endif

int main(int argc, char** argv) {
  Kernels kernels{argv[1], {}};
  int cases = argc > 2 ? atoi(argv[2]) : 200;
  gen.seed(argc > 3 ? atoll(argv[3]) : 1);
  Tally tally;
  check(kernels, cases, tally);
  printf("%d cases, %d failed; worst error %.3f of the usual one, worst lse %.1e; infinities that came out as NaN or the other way round: %lld\n",
         tally.cases, tally.failed, tally.worstRatio, tally.worstLse, tally.infinityAsNan);
  fflush(stdout);
#ifndef RF_EMULATED
  for (auto& [name, kernel] : kernels.loaded)
    printf("%-24s %3d registers, %3zu B local, %5zu B shared, compiled in %.0f ms\n", name.c_str(), kernel->attributes.numRegs,
           kernel->attributes.localSizeBytes, kernel->attributes.sharedSizeBytes, kernel->loadMilliseconds);
  bool brief = argc > 4 && !strcmp(argv[4], "brief");
  if (tally.failed == 0 || (argc > 5)) {
    if (argc > 4) bench(kernels, brief);
  }
#endif
  return tally.failed != 0;
}
