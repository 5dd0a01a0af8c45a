"""Usage: python -m tests.bench.serving [single] [depth] [streams] [front] [tenth] [return] [editing] [clients]
[abandoned]
"""

from __future__ import annotations

import sys
import time

from tests.bench.serving import abandoned, clients, depth, editing, front, long_chats, single, streams
from tests.bench.serving.bench_bed import ROUNDS, beds
from tests.bench.serving.cores import pin
from tests.bench.serving.goals import Row, print_table

PARTS = {
    "single": single.measure,
    "depth": depth.measure,
    "streams": streams.measure,
    "front": front.measure,
    "tenth": long_chats.measure_tenth_turn,
    "return": long_chats.measure_return,
    "editing": editing.measure,
    "clients": clients.measure,
    "abandoned": abandoned.measure,
}


def main(names: list[str]) -> None:
    """Measure the parts, all of them where none is named: a table for each model, and at last one of all goals."""
    cores = pin()
    print(
        f"\nServing conversations, medians of {ROUNDS} rounds in turns, on processors {cores or 'as they come'}"
    )
    judged: list[Row] = []
    for bed in beds():
        if bed.bench is None or bed.server is None:
            print("  llama-bench and llama-server are not there: `make rivals` builds them")
        rows: list[Row] = []
        for name in names or PARTS:
            print(f"  {bed.name}: {name} ...", end="", flush=True)
            started = time.monotonic()
            rows += PARTS[name](bed)
            print(f" {time.monotonic() - started:.0f} s")
        print_table(f"Conversations on the model {bed.name}", rows)
        judged += [row._replace(what=f"{bed.name}: {row.what}") for row in rows if row.goal is not None]
    print_table(
        "The goals; each ratio is the median of the rounds' own, with their lowest and highest", judged
    )


if __name__ == "__main__":
    main(sys.argv[1:])
