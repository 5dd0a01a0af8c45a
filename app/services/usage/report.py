"""Usage as it is shown: by day, month and model, with what it cost. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

import msgspec

from app.services.settings.settings import Settings
from app.services.usage.prices import Spent, grouped, month_of, spent
from app.store.records import UsageDay


class UsageReport(msgspec.Struct, frozen=True):
    """The usage of some days, each of which is there, the first one first. `months` are those that the days touch,
    the latest first, `first` is the first one of all, where it is none of these; `models` and `uses` by how much was
    read and written, the most first."""

    total: Spent
    days: tuple[Spent, ...] = ()
    months: tuple[Spent, ...] = ()
    models: tuple[Spent, ...] = ()
    uses: tuple[Spent, ...] = ()
    first: Spent | None = None


def report_of(lines: Sequence[UsageDay], settings: Settings, today: str, count: int) -> UsageReport:
    """The report of the last `count` days up to `today` ("2026-11-29"); months are whole where `lines` has them."""
    last = datetime.date.fromisoformat(today)
    wanted = [(last - datetime.timedelta(days=back)).isoformat() for back in range(count - 1, -1, -1)]
    shown = [line for line in lines if wanted[0] <= line.day <= today]
    days = grouped(shown, settings, lambda line: line.day)
    months = grouped([line for line in lines if line.day <= today], settings, month_of)
    touched = {day[:7] for day in wanted}
    first = min(months, default="")
    return UsageReport(
        spent(shown, settings),
        tuple(days.get(day, Spent(UsageDay(day))) for day in wanted),
        tuple(months[month] for month in sorted(months, reverse=True) if month in touched),
        _largest(
            msgspec.structs.replace(
                part, usage=msgspec.structs.replace(part.usage, model=name, remote=remote)
            )
            for (name, remote), part in _by_model(shown, settings).items()
        ),
        _largest(
            msgspec.structs.replace(part, usage=msgspec.structs.replace(part.usage, use=name))
            for name, part in grouped(shown, settings, lambda line: line.use).items()
        ),
        months[first] if first and first not in touched else None,
    )


def _by_model(lines: Sequence[UsageDay], settings: Settings) -> dict[tuple[str, bool], Spent]:
    found: dict[tuple[str, bool], list[UsageDay]] = {}
    for line in lines:
        found.setdefault((line.model, line.remote), []).append(line)
    return {model: spent(of, settings) for model, of in found.items()}


def _largest(parts: Iterable[Spent]) -> tuple[Spent, ...]:
    return tuple(sorted(parts, key=lambda part: -(part.usage.read + part.usage.written)))
