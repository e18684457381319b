// What a warp group writes when its rows have seen all their keys; of other kernels' rows, finish.cu does.
#pragma once
#include "hopper_rows.cuh"

namespace ringflash {

// A row's tokens lie where its queries lay, which nobody needs any more.
template <int D, bool BRAIN>
class GroupResults {
 public:
  RF_INLINE GroupResults(const Parameters& p, int rowHead, int tile)
      : headDim_(read(p.shape, shape::HEAD_DIM)),
        left_(read(p.queryTiles, tile, table::COUNT) - firstToken()) {
    int heads = read(p.queryTiles, table::HEADS);
    int length = read(p.queryTiles, table::LENGTH);
    int token = read(p.queryTiles, tile, table::SOURCE) + firstToken();
    int batch = rowHead / heads;
    int head = rowHead - batch * heads;
    pitch_ = heads * headDim_;
    out_ = p.out + (static_cast<long long>(batch) * length + token) * pitch_ + head * headDim_;
    lse_ = p.lse + static_cast<long long>(rowHead) * length + token;
  }

  RF_INLINE void write(const GroupRows<D>& rows) const {
#pragma unroll
    for (int h = 0; h < 2; h++) {
      float sum = rows.sum[h];
      sum += __shfl_xor_sync(~0u, sum, 1);
      sum += __shfl_xor_sync(~0u, sum, 2);
      writeOut(rows, h, sum);
      if (lane() % 4 == 0 && h * 8 < left_) {
        // A NaN score leaves the maximum alone and makes the sum NaN: such a row is not empty.
        lse_[h * 8] = sum == 0 ? -INFINITY : rows.max[h] * 0.6931471805599453f + logf(sum);
      }
    }
  }

 private:
  static RF_INLINE int firstToken() { return warp() % 4 * 16 + lane() / 4; }

  // A lane has two of each eight columns. Neighbours exchange halves of sixteen, so that each writes four at a time.
  RF_INLINE void writeOut(const GroupRows<D>& rows, int h, float sum) const {
    bool empty = sum == 0;
    float inverse = 1 / sum;
    auto rounded = [&](int n) {
      const float* pair = rows.acc + n * 4 + 2 * h;
      // Adding +0 gives a zero of either sign the same bits, however many blocks were folded in.
      return Storage<BRAIN>::pack(empty ? 0.f : fmaf(pair[0], inverse, 0.f), empty ? 0.f : fmaf(pair[1], inverse, 0.f));
    };
    int right = lane() % 2;
    uint16_t* row = out_ + static_cast<long long>(h * 8) * pitch_;
#pragma unroll
    for (int n = 0; n < D / 8; n += 2) {
      uint32_t low = rounded(n);
      uint32_t high = rounded(n + 1);
      uint32_t other = __shfl_xor_sync(~0u, right ? low : high, 1);
      int column = (n + right) * 8 + lane() % 4 / 2 * 4;
      if (h * 8 < left_ && column < headDim_) {
        *reinterpret_cast<uint2*>(row + column) = right ? make_uint2(other, high) : make_uint2(low, other);
      }
    }
  }

  int headDim_;
  int left_;   // tokens of the tile from the lane's first on
  int pitch_;  // elements from one token to the next
  uint16_t* out_;
  float* lse_;
};

}  // namespace ringflash
