"""Joules that reading and writing a token take, measured beyond what the machine takes anyway."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

import msgspec

from engine.energy.counters import BATTERY, Counter, domains_of, found_counters, read_all
from engine.energy.idle import idle_watts
from engine.placement.plan import RAM, Machine, Plan

RUNS = 3


class TokenEnergy(msgspec.Struct, frozen=True):
    """Medians, by the counters `domains`; `idle_watts` are subtracted."""

    domains: str
    idle_watts: float
    joules_per_prompt_token: float
    joules_per_completion_token: float


def token_energy(
    answer: Callable[[Callable[[], None]], object],
    prompt_tokens: int,
    answer_tokens: int,
    wait: Callable[[float], bool],
    *,
    counters: Sequence[Counter] | None = None,
    idle: Callable[[Sequence[Counter], Callable[[float], bool]], float | None] = idle_watts,
    clock: Callable[[], float] = time.monotonic,
) -> TokenEnergy | None:
    """`answer` reads a prompt, calls what it is given, and writes an answer. Takes ten idle seconds before.

    None without counters, where other programs are at work, or where this is too short for the counters.
    """
    counters = found_counters() if counters is None else counters
    watts = idle(counters, wait) if counters else None
    if watts is None:
        return None
    marks: list[tuple[float, float]] = []

    def mark() -> None:
        marks.append((read_all(counters), clock()))

    read, written = list[float](), list[float]()
    try:
        for _ in range(RUNS):
            marks.clear()
            mark()
            answer(mark)
            mark()
            (_, began), (prompt, turned), (rest, ended) = marks
            if ended - began < max(counter.least_s for counter in counters):
                return None
            read.append(max(0.0, prompt - watts * (turned - began)) / prompt_tokens)
            written.append(max(0.0, rest - watts * (ended - turned)) / answer_tokens)
    except (OSError, ValueError):
        return None
    return TokenEnergy(domains_of(counters), watts, statistics.median(read), statistics.median(written))


def covers(domains: str, machine: Machine | None, plan: Plan | None) -> bool:
    """Whether all that computes is among what is counted: the whole computer, or the processor with what is in it."""
    if plan is None:
        return True
    if plan.placement.workers:
        return False
    kinds = {device.name: device.kind for device in (machine.devices if machine else ())}
    inside = all(kinds.get(name) == "integrated_gpu" for name in plan.placement.devices if name != RAM)
    return inside or BATTERY in domains.split(", ")
