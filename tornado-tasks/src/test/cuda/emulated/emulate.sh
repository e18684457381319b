#!/bin/sh
# Checks the kernels' sources without a GPU: compiles them as C++ and runs fold_test on the CPU.
# Usage: emulate.sh [CASES [SEED]]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${WORK:-$(mktemp -d)}
mkdir -p "$work"
cp "$here"/../../../main/cuda/*.cu "$here"/../../../main/cuda/*.cuh "$here"/../*.cu "$here"/../*.cuh "$work"
cp "$here"/*.h "$here"/instructions.cuh "$work"
cd "$work"
compile="${CXX:-g++} -std=c++20 -O2 -w -I. -DRF_EMULATED -x c++"
fold() {
  type=$1 source=$2
  shift 2
  for dim in 64 128; do
    for extended in 0 1; do
      name=fold_${dim}_${type}_$extended
      # A namespace of its own: the kernels differ in constants that the names of functions don't show.
      $compile "$@" -DRF_HEAD_DIM=$dim -DRF_EXTENDED=$extended -Dringflash=$name -Dringflash_fold=ringflash_$name \
        -c "$source" -o $name.o
    done
  done
}
fold fp16 fold.cu -DRF_BRAIN=0
fold bf16 fold.cu -DRF_BRAIN=1
fold fp32 fold32.cu
for dim in 64 128; do
  $compile -DRF_HEAD_DIM=$dim -Dringflash=split_$dim -Dringflash_split=ringflash_split_$dim -c split.cu -o split_$dim.o
done
for type in fp16 bf16 fp32; do
  $compile -DRF_STORED=RF_$(echo $type | tr a-z A-Z) -Dringflash_finish=ringflash_finish_$type -c finish.cu -o finish_$type.o
done
$compile -c fold_test.cu -o fold_test.o
${CXX:-g++} -o fold_test ./*.o
./fold_test - "${1:-40}" "${2:-1}"
