"""Comparison of placement modes: speed of each, and that all give the same answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from engine.api import Delta, GenerateRequest, LoadRequest
from engine.errors import UserError
from engine.local.isolated_call import Report
from engine.local.measure.benchmark import ANSWER_TOKENS, PROMPT_TOKENS, ask_about, loaded
from engine.placement.plan import Machine, Mode, PlacementOptions
from engine.values import Message, Sampling

if TYPE_CHECKING:
    from engine.local.model.session import Session

PROMPT = "Write a short story about a harbour between two hills."


class ModeResult(msgspec.Struct, frozen=True, tag="mode_result"):
    """One mode: speeds in tokens per second, the expert cache's hit rate while decoding was timed (0
    without a cache), and the greedy answer to `PROMPT`."""

    decode_tps: float
    prefill_tps: float
    hit_rate: float
    text: str


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


def modes(
    path: str,
    options: PlacementOptions,
    wanted: tuple[Mode, ...],
    *,
    threads: int = 0,
    keep_going: Callable[[float], bool] = lambda _: True,
) -> dict[Mode, ModeResult]:
    """Each of the `wanted` modes in a child of its own; one that this machine has no room for is left out. Attention
    is flash in all of them, so that texts differ by the mode alone.

    Raises UserError `engine.load_cancelled` when `keep_going` returns False, and the last mode's reason when
    none could be measured.
    """
    found: dict[Mode, ModeResult] = {}
    failure: UserError | None = None
    options = msgspec.structs.replace(options, attention=options.attention or "flash")
    for number, mode in enumerate(wanted):
        request = LoadRequest(path, msgspec.structs.replace(options, mode=mode), threads)

        def progress(fraction: float, number: int = number) -> bool:
            return keep_going((number + fraction) / len(wanted))

        try:
            found[mode] = ask_about(request, _measure, (), ModeResult, progress)
        except UserError as error:
            if error.code == "engine.load_cancelled":
                raise
            failure = error
    if failure and not found:
        raise failure
    return found


def _measure(report: Report, request: LoadRequest) -> ModeResult:
    from engine.local.measure import speed
    from engine.local.measure.single_stream import answer_single_stream

    text: list[str] = []

    def emit(event: object) -> None:
        if isinstance(event, Delta):
            text.append(event.text)

    with loaded(request, lambda fraction: report(fraction / 2)) as session:
        _check_mode(session, request.options)
        message = Message("user", PROMPT)
        question = GenerateRequest(1, (message,), Sampling(0.0, seed=0), max_tokens=ANSWER_TOKENS)
        end = answer_single_stream(session, question, emit, lambda: report(0.5))
        if end.error:
            raise UserError.from_info(end.error)
        before = _used(session)
        speeds = speed.measure(session, PROMPT_TOKENS, ANSWER_TOKENS, lambda: None)
        uses, hits = (after - start for after, start in zip(_used(session), before, strict=True))
        hit_rate = hits / uses if uses else 0.0
        return ModeResult(speeds.decode_tps, speeds.prefill_tps, hit_rate, "".join(text))


def _check_mode(session: Session, options: PlacementOptions) -> None:
    """Refuse a model that was loaded without the cache to be measured, with the reason."""
    plan = session.facts.plan
    if options.mode == "cached" and session.caching is None and plan is not None:
        codes = [notice.code for notice in plan.notices]
        if "cache.without" in codes:
            raise UserError.from_info(plan.notices[codes.index("cache.without") + 1])
        raise UserError("placement.mode_impossible", mode="cached")


def _used(session: Session) -> tuple[int, int]:
    """Uses and hits that the expert cache counted."""
    if session.caching is None:
        return 0, 0
    counters = session.caching.counters
    return counters.uses, counters.hits
