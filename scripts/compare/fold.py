#!/usr/bin/env python3
"""Times the tensor-core fold kernels alone against PyTorch's attention, in one process and in turns.

  fold.py --shape 1,16,16,16384,16384,128 --mask full,causal --dtype fp16,bf16 --jsonl fold.jsonl

A shape is batch,heads,kvHeads,seqQ,seqK,headDim. The kernels are loaded from their committed PTX and
launched as RingFlash launches them; on Hopper, its own kernels too. Each case is verified first: two folds and the finish against FP64
on sampled rows. Timed is a ring's middle step, which reads the state and writes it (FP32: with the
splitting of its keys), and PyTorch's attention over the same keys: medians of events; last, PyTorch's product
of large matrices. Needs an NVIDIA GPU and PyTorch, nothing of Java.
"""

import argparse
import ctypes
import functools
import math
import pathlib
import re
import statistics
import sys

import torch
from records import attention_tflops, record, table, write_jsonl
from torch.nn.attention import SDPBackend, sdpa_kernel

KERNELS = pathlib.Path(__file__).resolve().parents[2] / (
    "tornado-tasks/src/main/resources/io/ringflash/engine/tornado/ptx"
)
PROLOGUE = ".version 7.6\n.target sm_86\n.address_size 64\n"
DTYPES = {"fp16": torch.float16, "bf16": torch.bfloat16, "fp32": torch.float32}
TOLERANCES = {"fp16": 1e-3, "bf16": 5e-3, "fp32": 2e-6}
BACKENDS = {
    "flash": SDPBackend.FLASH_ATTENTION,
    "cudnn": SDPBackend.CUDNN_ATTENTION,
    "efficient": SDPBackend.EFFICIENT_ATTENTION,
}
PEERS = {"fp16": ("flash", "cudnn"), "bf16": ("flash", "cudnn"), "fp32": ("efficient",)}
WARM_UP = 3
HEADER_BYTES = 16  # before the elements of a TornadoVM array
LEAD = 56  # elements left out so that rows begin on 128 bytes
TILE = 64
NO_LIMIT = 0x7FFFFFFF
HOPPER = 9  # major compute capability
HOPPER_SHARED_BYTES = 227 << 10
HOPPER_WARP_GROUPS = {64: 3, 128: 2}  # of a block, with a query tile each, by width
NO_DROPOUT = -(2**31)


def driver(name, *arguments):
    """Calls the CUDA driver, for the little that PyTorch doesn't offer."""
    code = getattr(ctypes.CDLL("libcuda.so.1"), name)(*arguments)
    if code != 0:
        raise RuntimeError(f"{name} failed with code {code}")


class Kernel:
    """One function of a PTX file."""

    def __init__(self, file, entry, shared_bytes):
        text = file.read_text()
        if ".version" not in text:
            text = PROLOGUE + text
        self.shared_bytes = shared_bytes
        self.threads = int(re.search(r"\.maxntid (\d+)", text)[1])
        module = ctypes.c_void_p()
        driver("cuModuleLoadData", ctypes.byref(module), text.encode() + b"\0")
        self.function = ctypes.c_void_p()
        driver("cuModuleGetFunction", ctypes.byref(self.function), module, entry.encode())
        max_dynamic_shared_bytes = 8
        driver("cuFuncSetAttribute", self.function, max_dynamic_shared_bytes, shared_bytes)

    @staticmethod
    @functools.cache
    def load(file, entry, shared_bytes=0):
        return Kernel(file, entry, shared_bytes)

    def launch(self, blocks, arrays, first=(ctypes.c_uint64(0),), last=()):
        """`first` are the arguments before the arrays: TornadoVM's context, if nothing else."""
        values = [*first, *(ctypes.c_uint64(a.data_ptr()) for a in arrays), *last]
        pointers = (ctypes.c_void_p * len(values))(*[ctypes.addressof(v) for v in values])
        stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
        block = (self.threads, 1, 1)
        driver("cuLaunchKernel", self.function, blocks, 1, 1, *block, self.shared_bytes, stream, pointers, None)


def array(content, lead=0):
    """A TornadoVM array on the device: header, `lead` elements, content."""
    raw = torch.empty(HEADER_BYTES + lead * content.element_size() + content.nbytes, dtype=torch.uint8, device="cuda")
    raw[-content.nbytes :] = content.contiguous().view(-1).view(torch.uint8)
    return raw


def poisoned(elements, size=4):
    return torch.full((HEADER_BYTES + elements * size,), 0xFF, dtype=torch.uint8, device="cuda")


def integers(values):
    return array(torch.tensor(values, dtype=torch.int32, device="cuda"))


class Problem:
    """One shape, mask and storage type, and two blocks of keys and values."""

    def __init__(self, shape, causal, dtype):
        self.batch, self.heads, self.kv_heads, self.length, _, self.head_dim = shape
        self.causal, self.dtype_name, self.dtype = causal, dtype, DTYPES[dtype]
        self.scale = 1 / math.sqrt(self.head_dim)
        self.q = self.fresh(self.heads)
        self.blocks = [(self.fresh(self.kv_heads), self.fresh(self.kv_heads)) for _ in range(2)]

    def fresh(self, heads):
        return torch.randn(self.batch, self.length, heads, self.head_dim, device="cuda").to(self.dtype)

    def sampled_error(self, out, blocks):
        """‖out − reference‖ / ‖reference‖ on 64 rows of every head over the keys of some blocks; a NaN never passes."""
        rows = torch.randint(0, self.length, (64,), device="cuda")
        hidden = torch.arange(self.length, device="cuda")[None, :] > rows[:, None]
        group = self.heads // self.kv_heads
        scores, values = [], []
        for k, v in (self.blocks[block] for block in blocks):
            keys = k.double().repeat_interleave(group, 2)
            s = torch.einsum("brhd,bkhd->bhrk", self.q[:, rows].double(), keys) * self.scale
            scores.append(s.masked_fill(hidden, -math.inf) if self.causal else s)
            values.append(v.double().repeat_interleave(group, 2))
        weights = torch.softmax(torch.cat(scores, 3), 3)
        reference = torch.einsum("bhrk,bkhd->brhd", weights, torch.cat(values, 1))
        return float((out[:, rows].double() - reference).norm() / reference.norm())


class Fold:
    """A shard's queries and state on the device, and the kernels of one folder."""

    def __init__(self, folder, problem):
        p = self.problem = problem
        width = 64 if p.head_dim <= 64 else 128
        self.fold_kernel = Kernel.load(folder / f"fold-d{width}-{p.dtype_name}.ptx", "ringflash_fold")
        self.finish_kernel = Kernel.load(folder / f"finish-{p.dtype_name}.ptx", "ringflash_finish")
        self.split_kernel = Kernel.load(folder / f"split-d{width}.ptx", "ringflash_split") if self.splits() else None
        self.tiles = p.length // TILE
        row_heads = p.batch * p.heads
        rows = row_heads * p.length
        self.q = array(p.q, LEAD)
        self.blocks = [(array(k, LEAD), array(v, LEAD)) for k, v in p.blocks]
        self.acc, self.maxima, self.sums = poisoned(rows * width), poisoned(rows), poisoned(rows * 4)
        self.query_tiles, self.key_tiles = (self.tile_table(heads) for heads in (p.heads, p.kv_heads))
        mask = [-NO_LIMIT, 0 if p.causal else NO_LIMIT]
        ints = [row_heads, p.heads // p.kv_heads, *mask, 0, 0, 0, NO_DROPOUT, p.head_dim, LEAD, LEAD]
        self.shapes = {first: integers(ints + [int(first)]) for first in (False, True)}
        self.scalars = array(torch.tensor([p.scale, 0, 1, -math.inf] + [0.0] * row_heads, device="cuda"))
        self.out, self.lse = torch.full_like(self.q, 0xFF), poisoned(rows)
        if self.splits():
            key_rows = p.batch * p.kv_heads * p.length
            halves = (poisoned(LEAD + key_rows * 2 * width, 2) for _ in range(2))
            self.scratch = [*halves, poisoned(p.batch * p.kv_heads * self.tiles * 2)]

    def splits(self):
        return self.problem.dtype_name == "fp32"

    def tile_table(self, heads):
        entries = [[t * TILE, TILE, 1, 0, t * TILE] for t in range(self.tiles)]
        return integers([self.tiles, self.problem.length, heads, 0, 0, 0] + sum(entries, []))

    def fold(self, block, first):
        p = self.problem
        arrays = [self.q, *self.blocks[block], self.acc, self.maxima, self.sums]
        arrays += [self.query_tiles, self.key_tiles, self.shapes[first], self.scalars]
        if self.splits():
            tables = [self.key_tiles, self.shapes[first]]
            self.split_kernel.launch(p.batch * p.kv_heads * self.tiles, [*self.blocks[block], *tables, *self.scratch])
            arrays += self.scratch
        self.fold_kernel.launch(p.batch * p.heads * ((self.tiles + 1) // 2), arrays)

    def prepare(self):
        self.fold(0, first=True)

    def run(self):
        self.fold(1, first=False)

    def finish(self):
        self.finish_kernel.launch(
            self.problem.batch * self.problem.heads * self.tiles,
            [self.acc, self.maxima, self.sums, self.query_tiles, self.shapes[False], self.scalars, self.out, self.lse],
        )

    def result(self):
        return self.out[HEADER_BYTES + LEAD * self.problem.q.element_size() :].view(self.problem.dtype).view_as(self.problem.q)

    def error(self):
        self.prepare()
        self.run()
        self.finish()
        return self.problem.sampled_error(self.result(), (0, 1))


class HopperFold(Fold):
    """The same with Hopper's kernel."""

    def __init__(self, folder, problem):
        super().__init__(folder, problem)
        p = problem
        self.width = 64 if p.head_dim <= 64 else 128
        file = folder / f"hopper-d{self.width}-{p.dtype_name}.ptx"
        self.hopper_kernel = Kernel.load(file, "ringflash_hopper", HOPPER_SHARED_BYTES)
        self.taken = integers([0])
        self.last_blocks = integers([1] * self.tiles)
        self.blocks_at_once = torch.cuda.get_device_properties(0).multi_processor_count
        self.items, self.grid = self.share_out(p.batch * p.heads, HOPPER_WARP_GROUPS[self.width])
        self.maps = [[self.tensor_map(self.q, p.heads), *(self.tensor_map(x, p.kv_heads) for x in block)]
                     for block in self.blocks]

    def tensor_map(self, tensor, heads):
        """As TensorMaps.java: boxes of 64 tokens and 64 columns of a head."""
        p = self.problem
        raw = ctypes.create_string_buffer(128 + 63)
        tensor_map = (ctypes.c_char * 128).from_buffer(raw, -ctypes.addressof(raw) % 64)
        row = p.head_dim * 2
        sizes = (ctypes.c_uint64 * 4)(p.head_dim, heads, p.length, p.batch)
        strides = (ctypes.c_uint64 * 3)(row, row * heads, row * heads * p.length)
        box = (ctypes.c_uint32 * 4)(64, 1, TILE, 1)
        steps = (ctypes.c_uint32 * 4)(1, 1, 1, 1)
        dtype = {"fp16": 6, "bf16": 9}[p.dtype_name]
        address = ctypes.c_void_p(tensor.data_ptr() + HEADER_BYTES + LEAD * 2)
        not_interleaved, exchanged_within_128_bytes, promoted_to_256_bytes, zero_outside = 0, 3, 3, 0
        driver("cuTensorMapEncodeTiled", tensor_map, dtype, 4, address, sizes, strides, box, steps,
               not_interleaved, exchanged_within_128_bytes, promoted_to_256_bytes, zero_outside)
        return tensor_map

    def fold(self, block, first, last=False):
        state = [self.acc, self.maxima, self.sums]
        arrays = [*state, self.query_tiles, self.key_tiles, self.shapes[first], self.scalars, self.taken]
        arrays += [self.out, self.lse, self.last_blocks]
        behind = [ctypes.c_int(last), self.grid]
        self.hopper_kernel.launch(min(self.items, self.blocks_at_once), arrays, self.maps[block], behind)

    def error(self):
        self.fold(0, first=True)
        self.fold(1, first=False, last=True)
        return self.problem.sampled_error(self.result(), (0, 1))

    def share_out(self, row_heads, warp_groups):
        """As HopperGrid.java."""
        single_time = 0.65

        def rounds(wholes):
            full = -(-row_heads * wholes // self.blocks_at_once)
            singles = row_heads * (self.tiles - warp_groups * wholes)
            left = max(0, singles - (full * self.blocks_at_once - row_heads * wholes))
            return full + single_time * -(-left // self.blocks_at_once)

        most = self.tiles // warp_groups
        even = row_heads * most // self.blocks_at_once * self.blocks_at_once // row_heads
        wholes = min((most, even), key=rounds)
        singles = self.tiles - warp_groups * wholes
        cached = max(1, (16 << 20) // (self.problem.length * self.width * 4))
        at_once = min(cached * self.problem.heads // self.problem.kv_heads, 512 // self.width)
        return row_heads * (singles + wholes), (ctypes.c_int * 5)(row_heads, at_once, 0, singles, wholes)


class Torch:
    """PyTorch's attention over the second block's keys."""

    def __init__(self, backend, problem):
        self.backend, self.problem = backend, problem
        self.q, self.k, self.v = (x.transpose(1, 2) for x in (problem.q, *problem.blocks[1]))
        self.options = dict(is_causal=problem.causal, enable_gqa=problem.heads != problem.kv_heads)

    def prepare(self):
        self.run()

    def run(self):
        with sdpa_kernel(BACKENDS[self.backend]):
            return torch.nn.functional.scaled_dot_product_attention(self.q, self.k, self.v, **self.options)

    def error(self):
        return self.problem.sampled_error(self.run().transpose(1, 2), (1,))


def millis_in_turns(candidates, repetitions):
    """Median of each candidate, which run once each per round; every round begins with another one, since a
    device that has just drawn its full power is slower for whoever comes next."""
    samples = {name: [] for name in candidates}
    names = list(candidates)
    for repetition in range(-WARM_UP, repetitions):
        first = repetition % len(names)
        for name in names[first:] + names[:first]:
            candidate = candidates[name]
            candidate.prepare()
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
            candidate.run()
            end.record()
            end.synchronize()
            if repetition >= 0:
                samples[name].append(start.elapsed_time(end))
    return {name: statistics.median(s) for name, s in samples.items()}


def shape_text(p):
    mask = "causal" if p.causal else "full"
    return f"{p.dtype_name} B{p.batch} H{p.heads}/{p.kv_heads} S{p.length} D{p.head_dim} {mask}"


def compare(folders, problem, repetitions):
    """A record for each folder's kernels and each of PyTorch's backends."""
    p = problem
    folds = {name: Fold(folder, p) for name, folder in folders.items()}
    if torch.cuda.get_device_capability()[0] == HOPPER and p.dtype_name != "fp32":
        folds |= {name.replace("tensor", "hopper"): HopperFold(folder, p) for name, folder in folders.items()}
    candidates = {**folds, **{name: Torch(name, p) for name in PEERS[p.dtype_name]}}
    errors = {name: candidate.error() for name, candidate in candidates.items()}
    print(f"{shape_text(p)}: relative errors", {n: f"{e:.2e}" for n, e in errors.items()}, file=sys.stderr)
    millis = millis_in_turns(candidates, repetitions)
    return [
        record(
            engine="pytorch" if name in BACKENDS else "kernel",
            attnType=name,
            devices="cuda:0",
            dtype=p.dtype_name,
            batch=p.batch,
            heads=p.heads,
            kvHeads=p.kv_heads,
            seqQ=p.length,
            seqK=p.length,
            headDim=p.head_dim,
            causal=p.causal,
            medianMillis=time,
            tflops=attention_tflops(p.batch, p.heads, p.length, p.length, p.head_dim, p.causal, time),
            verified=errors[name] <= TOLERANCES[p.dtype_name],
        )
        for name, time in millis.items()
    ]


class Product:
    """PyTorch's product of two square matrices: what the device's units for it reach, with nothing beside it."""

    SIZE = 8192

    def __init__(self, dtype):
        self.a, self.b = (torch.randn(self.SIZE, self.SIZE, device="cuda").to(dtype) for _ in range(2))

    def prepare(self):
        self.run()

    def run(self):
        return self.a @ self.b

    def tflops(self, repetitions):
        millis = millis_in_turns({"product": self}, repetitions)["product"]
        return 2 * self.SIZE**3 / millis * 1e-9


def sizes(text):
    shape = [int(size) for size in text.split(",")]
    if len(shape) != 6 or min(shape) < 1:
        raise argparse.ArgumentTypeError(f"a shape should be six positive numbers but got {text}")
    if shape[3] != shape[4] or shape[3] % TILE != 0:
        raise argparse.ArgumentTypeError(f"seqQ should be seqK and a multiple of {TILE} but got {text}")
    if shape[5] % 8 != 0 or shape[5] > 128:
        raise argparse.ArgumentTypeError(f"headDim should be a multiple of 8, at most 128, but got {shape[5]}")
    return shape


def folder(text):
    name, _, path = text.rpartition("=")
    return name or "tensor", pathlib.Path(path)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", type=sizes, action="append", required=True, help="B,H,HKV,SQ,SK,D; repeatable")
    parser.add_argument("--mask", default="full", help="list of full, causal")
    parser.add_argument("--dtype", default="fp16", help="list of fp16, bf16, fp32")
    parser.add_argument("--kernels", type=folder, action="append", metavar="[NAME=]FOLDER",
                        help="folder of PTX files; repeatable (default: the committed one)")
    parser.add_argument("--repetitions", type=int, default=10, help="at least 10 (default: 10)")
    parser.add_argument("--jsonl", help="file that gets a record a line")
    options = parser.parse_args()
    for name, allowed in (("mask", ("full", "causal")), ("dtype", DTYPES)):
        for value in getattr(options, name).split(","):
            if value not in allowed:
                parser.error(f"{name} should be of {', '.join(allowed)} but got {value}")
    if options.repetitions < 10:
        parser.error(f"repetitions should be at least 10 but got {options.repetitions}")
    return options


def main():
    options = arguments()
    torch.set_grad_enabled(False)
    torch.zeros(1, device="cuda")  # the driver's context
    folders = dict(options.kernels or [("tensor", KERNELS)])
    records = []
    for dtype in options.dtype.split(","):
        for shape in options.shape:
            for mask in options.mask.split(","):
                records += compare(folders, Problem(shape, mask == "causal", dtype), options.repetitions)
    print(f"PyTorch {torch.__version__} on {torch.cuda.get_device_name()}", file=sys.stderr)
    print(table(records))
    for dtype in options.dtype.split(","):
        rate = Product(DTYPES[dtype]).tflops(options.repetitions)
        print(f"{dtype} product of {Product.SIZE} x {Product.SIZE} matrices: {rate:.0f} TFLOP/s")
    if options.jsonl:
        write_jsonl(records, options.jsonl)
    if any(r["engine"] == "kernel" and not r["verified"] for r in records):
        sys.exit(3)


if __name__ == "__main__":
    main()
