#!/bin/sh
# Compiles the kernels to the PTX that is committed in src/main/resources, one file each.
#
# TornadoVM puts its own .version, .target and .address_size lines before a pre-built kernel, so
# these are taken off; the code is checked under the lines it prepends. Hopper's kernels, which the driver takes from
# us, keep theirs, with the oldest version that has what they use. Each file's head names the
# compiler and the hash of the sources without their comments. `compile.sh --check` compares that hash;
# where the compiler that the files name is at hand, it compiles, too, and compares every line.
set -eu
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
committed="$here/../resources/io/ringflash/engine/tornado/ptx"
hash=$(cd "$here" && cat ./*.cu ./*.cuh | sed -e 's| *//.*||' -e '/^$/d' | sha256sum | cut -d' ' -f1)

NVCC=${NVCC:-nvcc}
PTXAS=${PTXAS:-ptxas}
compiler=$("$NVCC" --version 2>/dev/null | sed -n 's/.*release \(.*\)/nvcc \1/p' || true)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# head NAME SOURCE
head() {
  echo "// $1: compiled from $2, do not edit; compile.sh writes it"
  echo "// compiler: $compiler"
  echo "// sources: sha256 $hash"
}

# compile NAME SOURCE DEFINES...
compile() {
  name=$1 source=$2
  shift 2
  "$NVCC" -std=c++17 -O3 -arch=compute_80 "$@" -ptx -o "$work/raw.ptx" "$here/$source"
  {
    head "$name" "$source"
    sed -e '/^\/\//d' -e '/^$/d' -e '/^\.version/d' -e '/^\.target/d' -e '/^\.address_size/d' "$work/raw.ptx"
  } >"$out/$name.ptx"
}

# compile_hopper NAME SOURCE DEFINES...
compile_hopper() {
  name=$1 source=$2
  shift 2
  "$NVCC" -std=c++17 -O3 -arch=compute_90a "$@" -ptx -o "$work/raw.ptx" "$here/$source"
  {
    head "$name" "$source"
    sed -e '/^\/\//d' -e '/^$/d' -e 's/^\.version.*/.version 8.0/' "$work/raw.ptx"
  } >"$out/$name.ptx"
}

compile_all() {
  out=$1
  mkdir -p "$out"
  for type in fp16 bf16; do
    brain=$([ $type = bf16 ] && echo 1 || echo 0)
    for dim in 64 128; do
      compile "fold-d$dim-$type" fold.cu -DRF_HEAD_DIM=$dim -DRF_BRAIN=$brain -DRF_EXTENDED=0
      compile "fold-d$dim-$type-extended" fold.cu -DRF_HEAD_DIM=$dim -DRF_BRAIN=$brain -DRF_EXTENDED=1
      compile_hopper "hopper-d$dim-$type" hopper.cu -DRF_HEAD_DIM=$dim -DRF_BRAIN=$brain
    done
  done
  for dim in 64 128; do
    compile "fold-d$dim-fp32" fold32.cu -DRF_HEAD_DIM=$dim -DRF_EXTENDED=0
    compile "fold-d$dim-fp32-extended" fold32.cu -DRF_HEAD_DIM=$dim -DRF_EXTENDED=1
    compile "split-d$dim" split.cu -DRF_HEAD_DIM=$dim
  done
  for type in FP16 BF16 FP32; do
    compile "finish-$(echo $type | tr A-Z a-z)" finish.cu -DRF_STORED=RF_$type
  done
}

# What the assembler makes of each file under TornadoVM's lines.
assemble_all() {
  for file in "$committed"/*.ptx; do
    case $file in
      */hopper-*) archs=sm_90a && cat "$file" >"$work/full.ptx" ;;
      *)
        archs=${ARCHS:-sm_86 sm_90}
        { printf '.version 7.6\n.target sm_86\n.address_size 64\n'; cat "$file"; } >"$work/full.ptx"
        ;;
    esac
    for arch in $archs; do
      "$PTXAS" -v -arch=$arch -o "$work/kernel.cubin" "$work/full.ptx" 2>&1 | tr '\n' ' ' |
        sed -n 's/.* \([0-9]*\) bytes spill stores.*Used \([0-9]*\) registers.* \([0-9]*\) bytes smem.*/'"$(basename "$file" .ptx) $arch"': \2 registers, \1 bytes of spills, \3 bytes shared\n/p'
    done
  done
}

if [ "${1:-}" = --check ]; then
  for file in "$committed"/*.ptx; do
    grep -q "^// sources: sha256 $hash$" "$file" || { echo "$file is not of these sources: run compile.sh" >&2; exit 1; }
  done
  if grep -qx "// compiler: ${compiler:-none}" "$committed/finish-fp16.ptx"; then
    compile_all "$work/ptx"
    diff -rq "$committed" "$work/ptx" || { echo "compiled again, the files differ: run compile.sh" >&2; exit 1; }
  fi
  exit 0
fi

compile_all "$committed"
assemble_all
