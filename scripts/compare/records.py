"""The record that our benchmarks and the comparators print: one table row and one JSON line each."""

import json

FIELDS = (
    "engine",
    "attnType",
    "devices",
    "threads",
    "dtype",
    "batch",
    "heads",
    "kvHeads",
    "seqQ",
    "seqK",
    "headDim",
    "causal",
    "window",
    "sharding",
    "exchange",
    "medianMillis",
    "tflops",
    "verified",
)


def record(**values):
    """All fields in order; `window` defaults to none, `threads` and the ring's to not applicable."""
    defaults = {"window": "-1,-1", "threads": None, "sharding": None, "exchange": None, "kvHeads": values["heads"]}
    merged = {**defaults, **values}
    unknown = set(merged) - set(FIELDS)
    if unknown:
        raise ValueError(f"no such fields: {sorted(unknown)}")
    return {field: merged[field] for field in FIELDS}


def attention_tflops(batch, heads, seq_q, seq_k, head_dim, causal, millis):
    """4·B·H·Sq·Sk·D operations, halved for causal, over the time."""
    operations = 4 * batch * heads * seq_q * seq_k * head_dim * (0.5 if causal else 1)
    return operations / millis / 1e9


def _text(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}" if value < 100 else f"{value:.1f}"
    return str(value)


def table(records):
    """Columns as wide as their widest cell."""
    rows = [list(FIELDS)] + [[_text(r[field]) for field in FIELDS] for r in records]
    widths = [max(len(row[i]) for row in rows) for i in range(len(FIELDS))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip() for row in rows)


def write_jsonl(records, path):
    with open(path, "w", encoding="utf-8") as out:
        for r in records:
            out.write(json.dumps(r) + "\n")
