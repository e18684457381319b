#!/usr/bin/env python3
"""Times PyTorch's scaled_dot_product_attention on one device: the peer of `ringflash bench`.

  sdpa.py --shape 1,4,4,4096,4096,128 --mask full,causal --threads 2
  sdpa.py --device cuda --dtype fp16 --shape 1,16,16,16384,16384,64 --backend flash,cudnn --jsonl out.jsonl

A shape is batch,heads,kvHeads,seqQ,seqK,headDim. Each case is verified against FP64 on some of its
rows, then timed: medians over at least ten calls after warm-up (CUDA: events). With --turns it
answers requests on standard input instead, one JSON record a line, for compare/cpu.
"""

import argparse
import json
import math
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from records import attention_tflops, record, table, write_jsonl
from torch.nn.attention import SDPBackend, sdpa_kernel

DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
TOLERANCES = {"fp32": 1e-4, "fp16": 5e-3, "bf16": 3e-2}
BACKENDS = {
    "flash": SDPBackend.FLASH_ATTENTION,
    "efficient": SDPBackend.EFFICIENT_ATTENTION,
    "cudnn": SDPBackend.CUDNN_ATTENTION,
    "math": SDPBackend.MATH,
}
VERIFIED_ROWS = 16


class Case:
    """One problem on one backend ("auto": PyTorch's own choice)."""

    def __init__(self, device, dtype, backend, shape, causal):
        if len(shape) != 6 or min(shape) < 1:
            raise ValueError(f"a shape should be six positive numbers but got {shape}")
        self.batch, self.heads, self.kv_heads, self.seq_q, self.seq_k, self.head_dim = shape
        if causal and self.seq_q != self.seq_k:
            # is_causal aligns the first query with the first key, RingFlash the last with the last.
            raise ValueError(f"causal should have seqQ = seqK but got {self.seq_q}, {self.seq_k}")
        self.device, self.dtype, self.backend, self.causal = device, dtype, backend, causal
        generator = torch.Generator().manual_seed(1)

        def tensor(heads, tokens):
            values = torch.randn(self.batch, tokens, heads, self.head_dim, generator=generator)
            # (batch, seqLen, heads, headDim) in memory, as RingFlash and models have it.
            return values.to(device, DTYPES[dtype]).transpose(1, 2)

        self.q = tensor(self.heads, self.seq_q)
        self.k = tensor(self.kv_heads, self.seq_k)
        self.v = tensor(self.kv_heads, self.seq_k)

    def run(self):
        gqa = self.heads != self.kv_heads
        attend = lambda: F.scaled_dot_product_attention(
            self.q, self.k, self.v, is_causal=self.causal, enable_gqa=gqa
        )
        if self.backend == "auto":
            return attend()
        with sdpa_kernel(BACKENDS[self.backend]):
            return attend()

    def verify(self):
        """Whether the last rows of the first and the last head are right."""
        out = self.run()
        rows = min(VERIFIED_ROWS, self.seq_q)
        for head in (0, self.heads - 1):
            kv_head = head // (self.heads // self.kv_heads)
            q = self.q[-1, head, -rows:].double()
            k, v = self.k[-1, kv_head].double(), self.v[-1, kv_head].double()
            scores = q @ k.T / math.sqrt(self.head_dim)
            if self.causal:
                hidden = torch.ones(rows, self.seq_k, device=q.device, dtype=torch.bool)
                scores.masked_fill_(hidden.triu(self.seq_k - rows + 1), -math.inf)
            expected = scores.softmax(-1) @ v
            error = (out[-1, head, -rows:].double() - expected).abs().max().item()
            if not error <= TOLERANCES[self.dtype]:
                return False
        return True

    def millis(self):
        """Milliseconds of one call."""
        if self.device == "cuda":
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
            self.run()
            end.record()
            end.synchronize()
            return start.elapsed_time(end)
        start = time.perf_counter()
        self.run()
        return (time.perf_counter() - start) * 1e3

    def warm_up(self, seconds):
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.millis()

    def record(self, millis, verified):
        sizes = (self.batch, self.heads, self.seq_q, self.seq_k, self.head_dim, self.causal)
        return record(
            engine="pytorch",
            attnType=self.backend,
            devices=f"{self.device}:0",
            threads=torch.get_num_threads() if self.device == "cpu" else None,
            dtype=self.dtype,
            batch=self.batch,
            heads=self.heads,
            kvHeads=self.kv_heads,
            seqQ=self.seq_q,
            seqK=self.seq_k,
            headDim=self.head_dim,
            causal=self.causal,
            medianMillis=millis,
            tflops=attention_tflops(*sizes, millis),
            verified=verified,
        )


def measure(case, repetitions, warm_up):
    if not case.verify():
        return case.record(math.nan, False)
    case.warm_up(warm_up)
    return case.record(statistics.median(case.millis() for _ in range(repetitions)), True)


def take_turns():
    """Answers {"shape", "causal", "dtype", "seconds"}, a JSON object a line, with samples."""
    cases = {}
    for line in sys.stdin:
        request = json.loads(line)
        key = (request["dtype"], *request["shape"], request["causal"])
        if key not in cases:
            cases.clear()
            case = Case("cpu", request["dtype"], "auto", request["shape"], request["causal"])
            verified = case.verify()
            case.warm_up(request["seconds"])
            cases[key] = (case, verified)
        case, verified = cases[key]
        samples = []
        end = time.perf_counter() + request["seconds"]
        while len(samples) < 2 or time.perf_counter() < end:
            samples.append(case.millis())
        print(json.dumps({"millis": samples, "verified": verified}), flush=True)


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shape", action="append", default=[], help="B,H,HKV,SQ,SK,D; repeatable")
    parser.add_argument("--mask", default="full", help="full, causal or both")
    parser.add_argument("--dtype", default="fp32", help="list of fp32, fp16, bf16")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--backend", default="auto", help=f"list of auto, {', '.join(BACKENDS)}")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repetitions", type=int, default=15, help="at least 10 (default: 15)")
    parser.add_argument("--warm-up", type=float, default=1, help="seconds (default: 1)")
    parser.add_argument("--jsonl", help="file that gets a record a line")
    parser.add_argument("--turns", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    if options.turns:
        take_turns()
        return
    if options.repetitions < 10:
        sys.exit("sdpa.py: repetitions should be at least 10")
    records = []
    for shape in options.shape:
        sizes = [int(size) for size in shape.split(",")]
        for dtype in options.dtype.split(","):
            for mask in options.mask.split(","):
                for backend in options.backend.split(","):
                    case = Case(options.device, dtype, backend, sizes, mask == "causal")
                    try:
                        records.append(measure(case, options.repetitions, options.warm_up))
                    except RuntimeError as error:
                        print(f"sdpa.py: {backend} {shape} {dtype}: {error}", file=sys.stderr)
    print("PyTorch", torch.__version__, file=sys.stderr)
    print(table(records))
    if options.jsonl:
        write_jsonl(records, options.jsonl)


if __name__ == "__main__":
    main()
