"""Comparison of placement modes: speed of each, and that all give the same answer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import psutil

from engine.api import Delta, GenerateRequest, LoadRequest
from engine.errors import UserError
from engine.gguf.reading import read_index
from engine.local.isolated_call import Report
from engine.local.measure.benchmark import (
    ANSWER_TOKENS,
    PROMPT_TOKENS,
    REPORT_INTERVAL,
    ask_about,
    loaded,
)
from engine.local.measure.memory_limit import MemoryLimit, joined, memory_limit
from engine.placement.plan import RAM, Machine, Mode, PlacementOptions
from engine.values import Message, Sampling

if TYPE_CHECKING:
    from engine.local.model.session import Session

PROMPT = "Write a short story about a harbour between two hills."
# Where memory is limited a token may take seconds. The answer is cut off after so long.
LONGEST_TEXT_S = 35.0
# Prompts of so many tokens are read, as far as the context holds them, and a longer one only if it promises to take
# no more than this; writing is timed for so long, but at least so many tokens.
PROMPTS, LONGEST_PROMPT_S = (512, 2048), 50.0
TIMED_S, LEAST_TOKENS = 15.0, 3


class ModeResult(msgspec.Struct, frozen=True, tag="mode_result"):
    """One mode: speeds in tokens per second, the expert cache's hit rate while decoding was timed (0
    without a cache), and the greedy answer to `PROMPT`. `disk_bytes_per_token` were read from disks for each token
    that was decoded, within `limit_bytes` of memory; 0: there was no limit. `prompts` are the speeds of prompts by
    their tokens, measured where memory was to be limited; the answer may be cut off there.
    """

    decode_tps: float
    prefill_tps: float
    hit_rate: float
    text: str
    disk_bytes_per_token: int = 0
    limit_bytes: int = 0
    prompts: dict[str, float] = {}


def available_modes(machine: Machine, experts: int, *, caches: bool = False) -> tuple[Mode, ...]:
    """The modes worth comparing: CPU only, whole layers on devices, and for a mixture of experts those
    that place experts apart. `caches`: the expert cache plugin is present."""
    modes: list[Mode] = ["cpu"]
    if machine.devices:
        modes.append("layers")
        if experts:
            modes.append("resident")
            if any(device.streams for device in machine.devices):
                modes.append("streamed")
            if caches:
                modes.append("cached")
    return tuple(modes)


def modes_from_disk(machine: Machine) -> dict[str, Mode]:
    """Those of a mixture that is larger than the memory it may use, by name: "mmap" leaves to the page cache what is
    read from the file over and over and computes with ggml's products and attention, as llama.cpp does by itself."""
    paged: Mode = "resident" if machine.devices else "cpu"
    return {"mmap": paged, **({"disk": "disk"} if machine.floors else {})}


def modes(
    path: str,
    options: PlacementOptions,
    wanted: Mapping[str, Mode],
    *,
    threads: int = 0,
    keep_going: Callable[[float], bool] = lambda _: True,
    calibrations: str = "",
) -> dict[str, ModeResult]:
    """Each of the `wanted` modes, by name, in a child of its own; one that this machine has no room for is left out.
    Attention is flash in all of them, so that texts differ by the mode alone. Where RAM has a budget, the child has
    no more memory than that, if this process may limit it. `calibrations` as in `LoadRequest`.

    Raises UserError `engine.load_cancelled` when `keep_going` returns False, and the last mode's reason when
    none could be measured.
    """
    found: dict[str, ModeResult] = {}
    failure: UserError | None = None
    options = msgspec.structs.replace(options, attention=options.attention or "flash")
    if "disk" in wanted.values():
        options = options.without_repack()  # as experts that are read from the file have them
    for number, (name, mode) in enumerate(wanted.items()):
        placed = msgspec.structs.replace(options, mode=mode)
        if name == "mmap":
            placed = placed.plainly_computed()
        request = LoadRequest(path, placed, threads, calibrations=calibrations)

        def progress(fraction: float, number: int = number) -> bool:
            return keep_going((number + fraction) / len(wanted))

        try:
            with memory_limit(options.budgets.get(RAM, 0)) as limit:
                found[name] = ask_about(request, _measure, (limit.size, limit.folder), ModeResult, progress)
        except UserError as error:
            if error.code == "engine.load_cancelled":
                raise
            failure = error
    if failure and not found:
        raise failure
    return found


def _measure(report: Report, request: LoadRequest, limit_size: int, limit_folder: str) -> ModeResult:
    from engine.local.measure import speed
    from engine.local.measure.single_stream import answer_single_stream

    text: list[str] = []
    reported = 0.0

    def emit(event: object) -> None:
        if isinstance(event, Delta):
            text.append(event.text)

    def alive() -> None:
        nonlocal reported
        now = time.monotonic()
        if now - reported >= REPORT_INTERVAL:  # not after each step, which would be timed with it
            reported = now
            report(0.5)

    files = [file.path for file in read_index(Path(request.path)).files]
    limited = joined(MemoryLimit(limit_size, limit_folder), files)
    with loaded(request, lambda fraction: report(fraction / 2)) as session:
        _check_mode(session, request.options)
        message = Message("user", PROMPT)
        question = GenerateRequest(1, (message,), Sampling(0.0, seed=0), max_tokens=ANSWER_TOKENS)
        seconds = LONGEST_TEXT_S if limit_size else math.inf
        end = answer_single_stream(session, question, emit, alive, seconds)
        if end.error:
            raise UserError.from_info(end.error)
        tokens = ANSWER_TOKENS
        lengths: tuple[int, ...] = (PROMPT_TOKENS,)
        if limit_size:
            tokens = min(tokens, max(int(TIMED_S * end.timings.decode_tps), LEAST_TOKENS))
            lengths = tuple(each for each in PROMPTS if each + tokens <= session.context_length) or lengths
        counted = _Counted(session)
        speeds = speed.measure(session, lengths[0], tokens, alive, on_read=counted.begin_answer)
        used = counted.since()
        prompts = {str(lengths[0]): speeds.prefill_tps}
        for length in lengths[1:]:
            if length <= LONGEST_PROMPT_S * speeds.prefill_tps:
                prompts[str(length)] = speed.measure(session, length, 1, alive).prefill_tps
        return ModeResult(
            decode_tps=speeds.decode_tps,
            prefill_tps=speeds.prefill_tps,
            hit_rate=used.hits / used.uses if used.uses else 0.0,
            text="".join(text),
            disk_bytes_per_token=used.disk_bytes // tokens if limit_size else 0,
            limit_bytes=limited,
            prompts=prompts if limit_size else {},
        )


def _check_mode(session: Session, options: PlacementOptions) -> None:
    """Refuse a model that was loaded without the cache to be measured, with the reason."""
    plan, mode = session.facts.plan, options.mode
    if mode in ("cached", "disk") and session.caching is None and plan is not None:
        codes = [notice.code for notice in plan.notices]
        if "cache.without" in codes:
            raise UserError.from_info(plan.notices[codes.index("cache.without") + 1])
        raise UserError("placement.mode_impossible", mode=mode)


class _Used(NamedTuple):
    """Uses and hits that the expert cache counted, and bytes that this process had from disks."""

    uses: int
    hits: int
    disk_bytes: int


class _Counted:
    """What an answer used, from its first token on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._start = self._now()

    def begin_answer(self) -> None:
        self._start = self._now()

    def since(self) -> _Used:
        return _Used(*(now - start for now, start in zip(self._now(), self._start, strict=True)))

    def _now(self) -> _Used:
        caching, process = self._session.caching, psutil.Process()
        # macOS tells nobody.
        read = int(process.io_counters().read_bytes) if hasattr(process, "io_counters") else 0
        if caching is None:
            return _Used(0, 0, read)
        counters = caching.counters
        return _Used(counters.uses, counters.hits, read)
