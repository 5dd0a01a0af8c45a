"""What usage cost, by the prices that a person entered. Pure. Without a price nothing is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from app.services.settings.settings import Settings
from app.store.records import UsageDay

JOULES_PER_KWH = 3.6e6


class Spent(msgspec.Struct, frozen=True):
    """What something took, and its cost in the person's currency; None where nothing of it has a price."""

    usage: UsageDay
    cost: float | None = None


def cost_of(usage: UsageDay, settings: Settings) -> float | None:
    """The cost of what one model took: of tokens elsewhere, of energy here."""
    if not usage.remote:
        price = settings.price_kwh
        return usage.joules / JOULES_PER_KWH * price if price is not None and usage.measured else None
    prices = settings.token_prices.get(usage.model, {})
    if not prices:
        return None
    read, written = prices.get("read", 0.0), prices.get("written", 0.0)
    cached = prices.get("cached", read)
    fresh = max(0, usage.read - usage.cached)
    return (fresh * read + usage.cached * cached + usage.written * written) / 1e6


def spent(lines: Iterable[UsageDay], settings: Settings, day: str = "") -> Spent:
    """All of it together."""
    total, costs = UsageDay(day), []
    for line in lines:
        total = total.plus(line)
        costs.append(cost_of(line, settings))
    known = [cost for cost in costs if cost is not None]
    return Spent(total, sum(known) if known else None)


def grouped(
    lines: Iterable[UsageDay], settings: Settings, group: Callable[[UsageDay], str]
) -> dict[str, Spent]:
    """What is together for each group, by its name."""
    parts: dict[str, list[UsageDay]] = {}
    for line in lines:
        parts.setdefault(group(line), []).append(line)
    return {name: spent(of, settings, name) for name, of in parts.items()}


def month_of(usage: UsageDay) -> str:
    """Such as "2026-11"."""
    return usage.day[:7]
