#!/usr/bin/env python3
"""Ring attention in PyTorch, one process a GPU: the peer of `ringflash bench` on several devices.

  ring.py --devices 2 --shape 1,16,16,32768,32768,128 --mask full,causal --sharding zigzag --jsonl ring.jsonl

A shape is batch,heads,kvHeads,seqQ,seqK,headDim. Every rank keeps its queries; a step computes one block
of keys and values while NCCL carries the next one; partial results merge by log-sum-exp in FP32. Causal
blocks that no query sees are not computed. Each case is verified against one GPU's attention, then timed:
medians of the slowest rank's time, by events, backends in turns. tflops is the whole ring's.
"""

import argparse
import math
import os
import statistics
import sys
import time

import torch
import torch.distributed as dist
import torch.nn.functional as F
from records import attention_tflops, record, table, write_jsonl

DTYPES = {"fp16": torch.float16, "bf16": torch.bfloat16, "fp32": torch.float32}
TOLERANCES = {"fp16": 2e-3, "bf16": 1e-2, "fp32": 1e-5}
SHARDINGS = ("contiguous", "zigzag")
WARM_UP = 3


def flash(q, k, v, causal):
    out, lse = torch.ops.aten._scaled_dot_product_flash_attention(q, k, v, 0.0, causal)[:2]
    return out, lse


def cudnn(q, k, v, causal):
    out, lse = torch.ops.aten._scaled_dot_product_cudnn_attention(q, k, v, None, True, 0.0, causal)[:2]
    return out, lse.view(q.shape[:3])


def host(q, k, v, causal):
    out, lse = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, causal)
    return out, lse.view(q.shape[:3])


# What computes a block: (batch, heads, tokens, headDim) to out, alike, and lse (batch, heads, tokens).
BACKENDS = {"flash": flash, "cudnn": cudnn, "host": host}


class Partial:
    """Out and lse in FP32 of the keys seen so far."""

    def __init__(self, q):
        self.out = torch.zeros(q.shape, dtype=torch.float32, device=q.device)
        self.lse = torch.full(q.shape[:3], -math.inf, dtype=torch.float32, device=q.device)
        self.empty = True

    def merge(self, block, rows=slice(None)):
        """Adds a block's result to some rows; a first block covers all of them."""
        block_out, block_lse = block
        if self.empty:
            self.out.copy_(block_out)
            self.lse.copy_(block_lse)
            self.empty = False
            return
        out, lse = self.out[:, :, rows], self.lse[:, :, rows]
        share = torch.sigmoid(block_lse - lse).unsqueeze(-1)
        out.lerp_(block_out.float(), share)
        torch.logaddexp(lse, block_lse, out=lse)


class Exchange:
    """Passes blocks of keys and values round the ring, into the buffer that is not being read."""

    def __init__(self, keys_values, rank, ranks):
        self.buffers = [keys_values, torch.empty_like(keys_values), torch.empty_like(keys_values)]
        self.rank, self.ranks = rank, ranks

    def buffer(self, step):
        """The rank's own block is kept: later steps alternate between the two others."""
        return self.buffers[0 if step == 0 else 1 + step % 2]

    def block(self, step):
        """Keys and values, (batch, heads, tokens, headDim) each."""
        return self.buffer(step).transpose(2, 3)

    def post(self, step):
        """Sends this step's block on and receives the next one; to be waited for."""
        if step == self.ranks - 1:
            return []
        send = dist.P2POp(dist.isend, self.buffer(step), (self.rank + 1) % self.ranks)
        receive = dist.P2POp(dist.irecv, self.buffer(step + 1), (self.rank - 1) % self.ranks)
        return dist.batch_isend_irecv([send, receive])


def fold(partial, q, block, mask, sharding, rank, source, attend):
    """One step: the queries of `rank` with the keys of `source`."""
    k, v = block
    if mask == "full" or source == rank:
        partial.merge(attend(q, k, v, mask == "causal"))
    elif sharding == "contiguous":
        if source < rank:
            partial.merge(attend(q, k, v, False))
    else:
        # Rank r has chunks r and 2N−1−r: an earlier rank's first chunk is seen by all, its second by none;
        # both of a later rank's are seen by the second half alone.
        half = q.shape[2] // 2
        if source < rank:
            partial.merge(attend(q, k[:, :, :half], v[:, :, :half], False))
        else:
            partial.merge(attend(q[:, :, half:], k, v, False), slice(half, None))


def ring(q, exchange, mask, sharding, attend):
    partial = Partial(q)
    for step in range(exchange.ranks):
        pending = exchange.post(step)
        source = (exchange.rank - step) % exchange.ranks
        fold(partial, q, exchange.block(step), mask, sharding, exchange.rank, source, attend)
        for request in pending:
            request.wait()
    return partial.out.to(q.dtype)


def positions(sharding, length, rank, ranks):
    """The tokens of a rank, in order."""
    if sharding == "contiguous":
        return torch.arange(length).chunk(ranks)[rank]
    chunks = torch.arange(length).chunk(2 * ranks)
    return torch.cat([chunks[rank], chunks[2 * ranks - 1 - rank]])


class Case:
    """One rank's part of one problem."""

    def __init__(self, shape, dtype, sharding, device):
        self.shape, self.sharding, self.device = shape, sharding, device
        batch, heads, kv_heads, length, _, head_dim = shape
        generator = torch.Generator().manual_seed(1)

        def tensor(count):
            # (batch, seqLen, heads, headDim) in memory, as RingFlash and models have it.
            return torch.randn(batch, length, count, head_dim, generator=generator).to(DTYPES[dtype])

        self.whole = [tensor(heads), tensor(kv_heads), tensor(kv_heads)]
        mine = positions(sharding, length, dist.get_rank(), dist.get_world_size())
        q, k, v = (x[:, mine].to(device) for x in self.whole)
        self.q = q.transpose(1, 2)
        self.exchange = Exchange(torch.stack([k, v]), dist.get_rank(), dist.get_world_size())

    def run(self, mask, attend):
        return ring(self.q, self.exchange, mask, self.sharding, attend)

    def error(self, mask, attend):
        """‖out − one device's‖ / ‖one device's‖ of the rank that is furthest off."""
        out = self.run(mask, attend)
        q, k, v = (x.to(self.device).transpose(1, 2) for x in self.whole)
        gqa = q.shape[1] != k.shape[1]
        expected = F.scaled_dot_product_attention(q, k, v, is_causal=mask == "causal", enable_gqa=gqa)
        mine = positions(self.sharding, q.shape[2], dist.get_rank(), dist.get_world_size())
        expected = expected[:, :, mine.to(self.device)].float()
        return slowest(float((out.float() - expected).norm() / expected.norm()), self.device)


def slowest(value, device):
    """The largest value of all ranks; a NaN stays one."""
    everyone = torch.full((dist.get_world_size(),), 0.0, dtype=torch.float64, device=device)
    everyone[dist.get_rank()] = value
    dist.all_reduce(everyone)
    return float("nan") if everyone.isnan().any() else float(everyone.max())


def millis(run, device):
    """The slowest rank's time of one run that all ranks begin together."""
    dist.barrier()
    if device.type == "cpu":
        start = time.perf_counter()
        run()
        return slowest((time.perf_counter() - start) * 1e3, device)
    torch.cuda.synchronize()
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    run()
    end.record()
    end.synchronize()
    return slowest(start.elapsed_time(end), device)


def measure(case, options, mask):
    """A record for each backend; they run in turns."""
    times, errors = {}, {}
    for name in options.backend.split(","):
        errors[name] = case.error(mask, BACKENDS[name])
        times[name] = []
    for repetition in range(-WARM_UP, options.repetitions):
        for name, samples in times.items():
            sample = millis(lambda name=name: case.run(mask, BACKENDS[name]), case.device)
            if repetition >= 0:
                samples.append(sample)
    batch, heads, kv_heads, length, _, head_dim = case.shape
    ranks = dist.get_world_size()
    return [
        record(
            engine="pytorch",
            attnType=name,
            devices=",".join(f"{case.device.type}:{rank}" for rank in range(ranks)),
            dtype=options.dtype,
            batch=batch,
            heads=heads,
            kvHeads=kv_heads,
            seqQ=length,
            seqK=length,
            headDim=head_dim,
            causal=mask == "causal",
            sharding=case.sharding,
            exchange=dist.get_backend(),
            medianMillis=statistics.median(samples),
            tflops=attention_tflops(batch, heads, length, length, head_dim, mask == "causal", statistics.median(samples)),
            verified=errors[name] <= TOLERANCES[options.dtype],
        )
        for name, samples in times.items()
    ]


def sizes(text, sharding, ranks):
    shape = [int(size) for size in text.split(",")]
    if len(shape) != 6 or min(shape) < 1:
        raise ValueError(f"a shape should be six positive numbers but got {text}")
    if shape[3] != shape[4]:
        raise ValueError(f"a ring should have seqQ = seqK but got {shape[3]}, {shape[4]}")
    pieces = ranks * (2 if sharding == "zigzag" else 1)
    if shape[3] % pieces != 0:
        raise ValueError(f"seqQ should be a multiple of {pieces} but got {shape[3]}")
    return shape


def work(rank, options):
    on_gpus = options.backend != "host"
    device = torch.device("cuda", rank) if on_gpus else torch.device("cpu")
    if on_gpus:
        torch.cuda.set_device(device)
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", str(options.port))
    dist.init_process_group("nccl" if on_gpus else "gloo", rank=rank, world_size=options.devices)
    torch.set_grad_enabled(False)
    records = []
    for text in options.shape:
        for sharding in options.sharding.split(","):
            case = Case(sizes(text, sharding, options.devices), options.dtype, sharding, device)
            for mask in options.mask.split(","):
                records += measure(case, options, mask)
    if rank == 0:
        print(f"PyTorch {torch.__version__} on {torch.cuda.get_device_name() if on_gpus else 'the host'}", file=sys.stderr)
        print(table(records))
        if options.jsonl:
            write_jsonl(records, options.jsonl)
    dist.destroy_process_group()
    if not all(r["verified"] for r in records):
        sys.exit(3)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=2, help="GPUs, one rank each (default: 2)")
    parser.add_argument("--shape", action="append", required=True, help="B,H,HKV,SQ,SK,D; repeatable")
    parser.add_argument("--mask", default="full", help="list of full, causal")
    parser.add_argument("--sharding", default="contiguous", help=f"list of {', '.join(SHARDINGS)}")
    parser.add_argument("--backend", default="flash,cudnn", help="list of flash, cudnn; or host: FP32 on the CPU")
    parser.add_argument("--dtype", default="fp16", choices=DTYPES)
    parser.add_argument("--repetitions", type=int, default=10, help="at least 10 (default: 10)")
    parser.add_argument("--port", type=int, default=29511, help="where the ranks meet (default: 29511)")
    parser.add_argument("--jsonl", help="file that gets a record a line")
    options = parser.parse_args()
    for name, allowed in (("mask", ("full", "causal")), ("sharding", SHARDINGS), ("backend", BACKENDS)):
        for value in getattr(options, name).split(","):
            if value not in allowed:
                parser.error(f"{name} should be of {', '.join(allowed)} but got {value}")
    if options.repetitions < 10:
        parser.error(f"repetitions should be at least 10 but got {options.repetitions}")
    try:
        for text in options.shape:
            for sharding in options.sharding.split(","):
                sizes(text, sharding, options.devices)
    except ValueError as error:
        parser.error(str(error))
    return options


def main():
    options = arguments()
    try:
        torch.multiprocessing.spawn(work, (options,), nprocs=options.devices)
    except torch.multiprocessing.ProcessExitedException as exited:
        sys.exit(exited.exit_code)


if __name__ == "__main__":
    main()
