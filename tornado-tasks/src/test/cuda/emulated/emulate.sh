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
for dim in 64 128; do
  for brain in 0 1; do
    for extended in 0 1; do
      name=fold_${dim}_${brain}_$extended
      $compile -DRF_HEAD_DIM=$dim -DRF_BRAIN=$brain -DRF_EXTENDED=$extended -Dringflash_fold=$name -c fold.cu -o $name.o
    done
  done
done
for brain in 0 1; do
  $compile -DRF_BRAIN=$brain -Dringflash_finish=finish_$brain -c finish.cu -o finish_$brain.o
done
$compile -c fold_test.cu -o fold_test.o
${CXX:-g++} -o fold_test ./*.o
./fold_test - "${1:-40}" "${2:-1}"
