"""`make bench`: figures side by side, taken in one run on this machine.

Usage: python -m tests.bench [host] [tools] [start] [window]
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def table(title: str, rows: list[tuple[str, str, str, str, str]]) -> None:
    header = ("", "ours", "bare", "ratio", "goal")
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(5)]
    print(f"\n{title}")
    for row in [header, *rows]:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def host() -> None:
    from tests.bench.host import compare

    found = compare()
    rows = []
    for name, label in (("prefill_tps", "prefill, tok/s"), ("decode_tps", "decode, tok/s")):
        row = found[name]
        numbers = (f"{row['host']:.1f}", f"{row['bare']:.1f}", f"{row['ratio']:.3f}")
        rows.append((label, *numbers, ">= 0.97"))
    table("Engine host beside a bare loop over the same library", rows)


def start() -> None:
    from tests.bench.start import compare

    found = compare()
    labels = {
        "usable_s": ("start to usable window, ms", 1000, "<= 1.6"),
        "usable_rss_mb": ("memory then, MB", 1, "<= 1.6"),
        "ready_s": ("start to chats shown, ms", 1000, ""),
        "ready_rss_mb": ("memory then, MB", 1, ""),
    }
    rows = []
    for name, (label, factor, goal) in labels.items():
        ours, bare = found[name]["coterie"] * factor, found[name]["bare"] * factor
        rows.append((label, f"{ours:.0f}", f"{bare:.0f}", f"{found[name]['ratio']:.2f}", goal))
    table("Start beside a bare QMainWindow", rows)


def window() -> None:
    from tests.bench.window import measure

    found = measure()
    rows = [
        ("open 5,000 messages, ms (median)", f"{found['open_ms']:.0f}", "", "", "< 300"),
        ("open 5,000 messages, ms (worst)", f"{found['open_worst_ms']:.0f}", "", "", ""),
        ("event loop gap p50, ms", f"{found['gap_p50_ms']:.1f}", "", "", ""),
        ("event loop gap p99, ms", f"{found['gap_p99_ms']:.1f}", "", "", "< 16"),
        ("event loop gap max, ms", f"{found['gap_max_ms']:.1f}", "", "", ""),
        ("gaps over 16 ms", f"{found['gaps_over_16_ms']:.0f}", "", "", ""),
    ]
    table("Window: 100 tokens/s into a conversation of 5,000 messages", rows)


def tools() -> None:
    from tests.bench.tools import compare

    found = compare()
    labels = {
        "waiting": ("a lazy grammar waits, tok/s", ">= 0.9"),
        "within": ("within a call's text, tok/s", ">= 0.9"),
        "forced": ("a call that must be, tok/s", ""),
    }
    rows = []
    for name, (label, goal) in labels.items():
        numbers = (f"{found[name]:.1f}", f"{found['plain']:.1f}", f"{found[name] / found['plain']:.3f}")
        rows.append((label, *numbers, goal))
    table("Decode with tools in play beside plain decode", rows)


PARTS = {"host": host, "tools": tools, "start": start, "window": window}


def main() -> None:
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
