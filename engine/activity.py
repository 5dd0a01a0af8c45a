"""Metrics of a running engine, as events. Token counts are tokens, speeds tokens per second, sizes bytes."""

from __future__ import annotations

import msgspec


class Activity(msgspec.Struct, frozen=True, tag="activity"):
    """Engine metrics, emitted once a second while it answers and once when it becomes idle.

    Over the last interval: tokens per second decoded and prefilled by all answers, average `rows` and
    `streams` per step, and the share of time spent outside llama.cpp. Since the load: tokens prefilled,
    reused, drafted, accepted. Now: answers running and waiting, `cells` of the context and how many are in
    use, bytes of the prompt cache in RAM and on disk, and the memory of each graphics card of this machine: its
    name, free and total bytes.
    """

    answering: int = 0
    waiting: int = 0
    decode_tps: float = 0.0
    prefill_tps: float = 0.0
    rows: float = 0.0
    streams: float = 0.0
    python_share: float = 0.0
    read: int = 0
    reused: int = 0
    drafted: int = 0
    accepted: int = 0
    cells: int = 0
    cells_used: int = 0
    kept_bytes: int = 0
    kept_disk_bytes: int = 0
    cards: tuple[tuple[str, int, int], ...] = ()


class CacheActivity(msgspec.Struct, frozen=True, tag="cache_activity"):
    """Expert cache metrics, emitted once a second while it is in use and once after loading.

    Over the last interval: `tokens` computed with it, `uses` of experts (one per token, layer and chosen
    expert), `hits` among these, `above_hits` those of a card above RAM's slots, bytes of experts uploaded, and
    bytes of activations moved to the device and back; of experts in the file the bytes read from the disk and the
    seconds in which it was reading. Now: resident experts by layer; a layer that the cache does not serve has an
    empty row.
    """

    tokens: int
    uses: int
    hits: int
    brought_bytes: int
    moved_bytes: int
    warm_experts: tuple[tuple[int, ...], ...]
    disk_bytes: int = 0
    disk_busy_s: float = 0.0
    above_hits: int = 0
