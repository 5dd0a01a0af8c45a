"""`make bench`: figures side by side, taken in one run on this machine.

Usage: python -m tests.bench [all] [PART ...], with a part of `PARTS`; without any, those of `USUAL`, which take a few
minutes. `conversations` and `depth` take most of the others' time: they read and write long chats in several rounds.
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


def serving() -> None:
    from tests.bench.serving.__main__ import main as compare

    compare(["single"])


def conversations() -> None:
    from tests.bench.serving.__main__ import main as compare

    compare(["streams", "front", "tenth", "return", "editing"])


def depth() -> None:
    from tests.bench.serving.__main__ import main as compare

    compare(["depth"])


def clients() -> None:
    from tests.bench.serving.__main__ import main as compare

    compare(["clients", "abandoned"])


def start() -> None:
    from tests.bench.start import compare

    found = compare()
    labels = {
        "usable_s": ("start to usable window, ms", 1000, "<= 1.6"),
        "usable_rss_mb": ("memory then, MB", 1, "<= 1.6"),
        "shown_s": ("start to chats shown, ms", 1000, "<= 4"),
        "shown_rss_mb": ("memory then, MB", 1, "<= 2.2"),
        "ready_s": ("start to data open, ms", 1000, ""),
        "ready_rss_mb": ("memory then, MB", 1, ""),
    }
    rows = []
    for name, (label, factor, goal) in labels.items():
        ours, bare = found[name]["coterie"] * factor, found[name]["bare"] * factor
        rows.append((label, f"{ours:.0f}", f"{bare:.0f}", f"{found[name]['ratio']:.2f}", goal))
    table("Start beside a bare QMainWindow", rows)


def first() -> None:
    from tests.bench.first_token import compare

    found = compare()
    bare = f"{1000 * found['llama-cli']:.0f}" if "llama-cli" in found else "not built"
    ratio = f"{found['ratio']:.2f}" if "ratio" in found else ""
    row = ("starter model, ms", f"{1000 * found['ours']:.0f}", bare, ratio, "<= 1.2")
    table("From the shell to the first token of coterie chat, beside llama-cli", [row])


def window() -> None:
    from tests.bench.window import measure

    found = measure()
    times = found.pop("times")
    rows = [
        ("open 10,000 messages, ms (median)", f"{times['median']:.0f}", "", "", "< 300"),
        ("open 10,000 messages, ms (worst)", f"{times['worst']:.0f}", "", "", ""),
    ]
    labels = {
        "open": "opening and leaving it",
        "scroll": "scrolling, and jumps far away",
        "drag": "dragging the scroll bar from end to end",
        "keys": "Page Up and Down, Home and End",
        "search": "searching all chats, opening hits",
        "find": "finding in it, going to places",
        "list": "scrolling the list of 5,000 chats, opening chats by keys",
        "change": "changing chats of the list, one and 500 at once",
        "stream": "100 tokens/s into it",
        "write": "writing meanwhile",
    }
    for what, label in labels.items():
        one = found[what]
        rows += [
            (f"{label}: gap p50, ms", f"{one['p50']:.1f}", "", "", ""),
            ("  gap p99, ms", f"{one['p99']:.1f}", "", "", "< 16"),
            ("  gap max, ms", f"{one['max']:.1f}", "", "", "< 50"),
            ("  gaps over 16 ms", f"{one['over_16']:.0f}", "", "", ""),
            ("  of it the GUI thread: p99, ms", f"{one['own_p99']:.1f}", "", "", ""),
            ("  most, ms", f"{one['own_max']:.1f}", "", "", ""),
        ]
    table("Window: gaps of its event loop with a conversation of 10,000 messages", rows)


def placement() -> None:
    from tests.bench.placement import (
        RAM_SIZES,
        cached_beside,
        cached_cell,
        cell,
        comparisons,
        planning_ms,
        plans,
    )

    print("\nPlans: mode (C cpu, L layers, R resident, S streamed prompts, T streamed), expert layers on the")
    print("card (of a dense model its layers), tok/s; ~ experts are paged from the disk; - does not fit.")
    print("VRAM down, RAM across, in GB")
    print(f"  {'':20} {'':>4}  " + "".join(f"{memory:<11}" for memory in RAM_SIZES))
    for (model, vram), found in plans().items():
        print(f"  {model:20} {vram:>4}  " + "".join(f"{cell(one):<11}" for one in found).rstrip())
    print("\nPredicted decoding beside published measurements, tok/s (* the source does not name its RAM)")
    compared = comparisons()
    for one in compared:
        miss = "" if 0.7 <= one.ratio <= 1.4 else "  MISS"
        where = one.where + ("*" if one.assumed else "")
        print(
            f"  {one.model:17} {where:40} {one.measured:7.1f} {one.predicted:7.1f}"
            f"  ({one.low:.0f} to {one.high:.0f})  ratio {one.ratio:.2f}{miss}"
        )
    near = sum(0.7 <= one.ratio <= 1.4 for one in compared)
    print(f"  ratio between 0.7 and 1.4: {near} of {len(compared)} (goal >= 6)")
    print(
        "\nA cache of single experts beside whole layers of them, predicted tok/s (* chosen without being asked for)"
    )
    print(
        "  model, GB of VRAM, GB/s of RAM: whole layers + slots of experts (layers), hit rate and range; "
        "with a cache; whole layers alone"
    )
    for each in cached_beside():
        print(f"  {each.model:24}{each.vram:>3} {each.ram / 1e9:>3.0f}  {cached_cell(each)}")
    print(f"\nPlanning 61 layers of 256 experts on two cards: {planning_ms():.1f} ms (goal < 50)")


def worker() -> None:
    from tests.bench.worker import BUDGET, compare

    found = compare()
    alone = found["cpu"]
    labels = {"cpu": "the CPU alone", "layers": "plain layer split", "resident": "experts planned"}
    print(f"\n8-expert model, {BUDGET // 2**20} MiB on a worker on this machine, beside the CPU alone")
    for way, label in labels.items():
        decode, prefill = found[way]["decode_tps"], found[way]["prefill_tps"]
        print(
            f"  {label:18} decode {decode:7.1f} tok/s ({decode / alone['decode_tps']:.2f})"
            f"   prefill {prefill:7.1f} tok/s ({prefill / alone['prefill_tps']:.2f})"
        )
    print(f"  different greedy answers: {found['all']['texts'] - 1:.0f} (goal 0)")


def experts() -> None:
    from tests.bench.expert_cache import compare

    found = compare()
    plain, _ = found["plain"]
    labels = {"all": "every expert resident", "disk": "out of the file", "half": "half of them"}
    rows = [
        (label, f"{found[way][0].decode_tps:.1f}", f"{plain.decode_tps:.1f}", f"{found[way][1]:.3f}", goal)
        for (way, label), goal in zip(labels.items(), (">= 0.92", ">= 0.92", ""), strict=True)
    ]
    table("Decode through the cache of single experts, in RAM, beside plain decode, tok/s", rows)
    for way, label in labels.items():
        one, _ = found[way]
        print(
            f"  {label}: hit rate {one.hit_rate:.3f}, {one.brought / 1e6:.2f} MB of experts brought for each token,"
            f" {one.moved / 1e3:.0f} kB moved"
        )


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


def transfer() -> None:
    from tests.bench.transfer import compare, frames

    found = compare()
    numbers = (f"{found['ours_s']:.2f}", f"{found['curl_s']:.2f}", f"{found['ratio']:.2f}")
    mine, bare = found["ours_cpu_s"], found["curl_cpu_s"]
    cpu = (f"{mine:.2f}", f"{bare:.2f}", f"{mine / bare:.2f}")
    rows = [
        ("1 GB over loopback, s", *numbers, "<= 1.15"),
        ("processor time for it, s", *cpu, ""),
        ("memory early, MB", f"{found['early_mb']:.0f}", "", "", ""),
        ("most memory, MB", f"{found['most_mb']:.0f}", "", "", "flat"),
    ]
    table("A download beside curl and sha256sum overlapped", rows)
    gaps = frames()
    rows = []
    for name, label, goal in (
        ("fps", "frames a second", ">= 60"),
        ("p50_ms", "event loop gap p50, ms", ""),
        ("p99_ms", "event loop gap p99, ms", "< 16"),
        ("max_ms", "event loop gap max, ms", ""),
    ):
        busy, alone = gaps["busy"][name], gaps["alone"][name]
        rows.append((label, f"{busy:.1f}", f"{alone:.1f}", f"{busy / alone:.2f}", goal))
    table("A window while three downloads run as fast as they can, beside the same alone", rows)


def search() -> None:
    from tests.bench.search import PASSAGES, embedding, searching

    speed = embedding()
    found = searching()
    table(
        f"Search by words and by meaning; times at {PASSAGES:,} passages",
        [
            ("embedding passages, tokens a core-second", f"{speed['tokens_core_s']:.0f}", "", "", ""),
            ("embedding a question, ms", f"{found['query_ms']:.1f}", "", "", ""),
            ("search by words, ms", f"{found['words_ms']:.1f}", "", "", ""),
            ("search by meaning, ms", f"{found['meaning_ms']:.1f}", "", "", ""),
            ("search by both with the passages, ms (median)", f"{found['both_ms']:.1f}", "", "", "< 50"),
            ("  worst, ms", f"{found['worst_ms']:.1f}", "", "", ""),
            ("opening the vectors, ms", f"{found['open_ms']:.0f}", "", "", ""),
            ("memory for them, MB", f"{found['memory_mb']:.0f}", "", "", "< 60"),
        ],
    )


def attached() -> None:
    from tests.bench.attached import PAGES, measure

    found = measure()
    cold, kept = f"{found['cold_tokens']:.0f}", f"{found['kept_tokens']:.0f}"
    rows = [
        ("the file read, ms", f"{1000 * found['read_s']:.0f}", "", "", ""),
        ("its tokens counted, ms", f"{1000 * found['weigh_s']:.0f}", "", "", ""),
        (
            f"first word, cold, {cold} tokens, s (bare: the tokens alone)",
            f"{found['cold_s']:.2f}",
            f"{found['alone_s']:.2f}",
            f"{found['cold_s'] / found['alone_s']:.2f}",
            "<= 1.1",
        ),
        ("  as the chip had predicted, s", f"{found['told_s']:.2f}", "", "", ""),
        (f"first word of the next question, {kept} tokens, s", f"{found['kept_s']:.2f}", "", "", ""),
    ]
    table(f"{PAGES} pages attached, starter model", rows)


def answers() -> None:
    from tests.bench.search_quality import FIRST, measure

    print(
        "\nShare of questions whose passage is among the first found (32 made ones among 400 of packages' docs"
    )
    print("in English, of Coterie's messages in Korean); question-passage")
    print("  " + "".join(f"{head:14}" for head in ("", "", *(f"in {count}" for count in FIRST))).rstrip())
    for row in measure():
        print(
            f"  {row.direction:14}{row.way:14}" + "".join(f"{share:<14.2f}" for share in row.shares).rstrip()
        )


def server() -> None:
    from tests.bench.server_share import STREAMS, measure

    found = measure()
    rows = [
        (f"of a core, at {found['tps']:.0f} tok/s, %", f"{100 * found['share']:.1f}", "", "", "< 5"),
        ("for each token, microseconds", f"{found['us']:.0f}", "", "", ""),
    ]
    table(f"Processor time of the local server's loop, {STREAMS} streams", rows)


def portable() -> None:
    from tests.bench.portable import compare

    rows = []
    for model, speeds in compare().items():
        for what, (ours, native, ratio) in speeds.items():
            rows.append(
                (f"{model}, {what}, tok/s", f"{ours:.1f}", f"{native:.1f}", f"{ratio:.3f}", ">= 0.98")
            )
    table("The engine for many computers beside the native one", rows)


PARTS = {
    "attached": attached,
    "serving": serving,
    "conversations": conversations,
    "clients": clients,
    "depth": depth,
    "worker": worker,
    "experts": experts,
    "tools": tools,
    "start": start,
    "first": first,
    "window": window,
    "placement": placement,
    "transfer": transfer,
    "server": server,
    "search": search,
    "answers": answers,
    "portable": portable,
}
USUAL = ("serving", "tools", "start", "first", "window", "placement", "transfer", "search", "attached")


def main() -> None:
    names = sys.argv[1:] or USUAL
    for name in PARTS if "all" in names else names:
        PARTS[name]()


if __name__ == "__main__":
    main()
