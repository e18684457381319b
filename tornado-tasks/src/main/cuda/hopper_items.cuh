// Which part of the work a block does next. Blocks stay for as long as there are items, so that what comes before and
// after an item falls into its neighbours: keys of the next arrive while the last ones of this are folded in.
#pragma once
#include "hopper_shared.cuh"

namespace ringflash {

struct Item {
  static constexpr int NONE = -1;
  int number;  // NONE after the last
  int any;     // whether it has keys
  int stage;   // of its first keys and values
  int parity;  // of these stages' turn
  int odd;     // whether the block has had an odd number before it
};

// Takes items, and tells the other warps of the block about them. For one warp.
template <class Shared>
class ItemSource {
 public:
  RF_INLINE ItemSource(const Parameters& p, const Shared& shared) : p_(p), shared_(shared), next_(blockIdx.x) {}

  // The block's next item.
  RF_INLINE int number() const { return next_ < count() ? next_ : Item::NONE; }

  RF_INLINE void tell(const Item& item) {
    if (lane() == 0) {
      await(shared_.itemEmpty(slots_.stage), slots_.parity ^ 1);
      asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};" ::"r"(shared_.item(slots_.stage)), "r"(item.number),
                   "r"(item.any), "r"(item.stage), "r"(item.parity)
                   : "memory");
      arrive(shared_.itemFull(slots_.stage));
    }
    slots_.turn();
  }

  // Takes another one, which no other block does then.
  RF_INLINE void take() {
    int taken = 0;
    if (lane() == 0) {
      taken = static_cast<int>(atomicAdd(p_.taken, 1));
      // Blocks ask as many times as there are items: each once too often, but not for its first.
      if (taken == count() - 1) {
        *p_.taken = 0;
      }
    }
    next_ = static_cast<int>(gridDim.x) + __shfl_sync(~0u, taken, 0);
  }

 private:
  RF_INLINE int count() const { return p_.grid.rowHeads * (p_.grid.wholes + p_.grid.singles); }

  const Parameters& p_;
  const Shared& shared_;
  int next_;
  StageCounter<Shared::ITEMS> slots_;
};

// Hears of items.
template <class Shared>
class ItemReader {
 public:
  static_assert(Shared::ITEMS == 2, "the slot tells odd from even");

  RF_INLINE explicit ItemReader(const Shared& shared) : shared_(shared) {}

  RF_INLINE Item next() {
    await(shared_.itemFull(slots_.stage), slots_.parity);
    Item item;
    item.odd = slots_.stage;
    asm volatile("ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(item.number), "=r"(item.any), "=r"(item.stage), "=r"(item.parity)
                 : "r"(shared_.item(slots_.stage))
                 : "memory");
    __syncwarp();
    if (lane() == 0) {
      arrive(shared_.itemEmpty(slots_.stage));
    }
    slots_.turn();
    return item;
  }

 private:
  const Shared& shared_;
  StageCounter<Shared::ITEMS> slots_;
};

}  // namespace ringflash
