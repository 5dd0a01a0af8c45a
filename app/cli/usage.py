"""`coterie usage`: what answers took, for each day, month and model, and what it cost where a price is set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.cli.opened import opened
from app.cli.output import Output
from app.format import format_cost, format_duration, format_energy, format_joules
from app.language import Language
from app.messages import localized
from app.services.settings.settings import Settings
from app.services.usage.prices import Spent
from app.services.usage.report import UsageReport, report_of
from engine.energy.counters import are_locked


def print_usage(days: int, output: Output) -> int:
    """Print the usage of the last so many days; with --json one object."""
    with opened() as services:
        settings = services.settings.current
        report = report_of(services.usage.days(), settings, services.usage.today, days)
    output.object(_object(report, settings))
    if not report.total.usage.answers and not report.total.usage.read:
        output.text(output.localized("cli.usage.none", days=days))
        return 0
    used = [day for day in report.days if day.usage.read or day.usage.written]
    _table("days", used, lambda part: part.usage.day, settings, output)
    months = [*report.months, *([report.first] if report.first is not None else ())]
    _table("months", months, lambda part: part.usage.day, settings, output)
    unknown = output.localized("cli.usage.unknown")
    _table("models", report.models, lambda part: part.usage.model or unknown, settings, output)
    if (domains := report.total.usage.domains) and not output.json:
        output.note(output.localized("cli.usage.measured", domains=domain_words(domains, output.language)))
    elif are_locked():
        output.note(output.localized("cli.usage.locked"))
    return 0


def domain_words(domains: str, language: Language) -> str:
    """What energy was measured of, each once."""
    kinds = dict.fromkeys(name.partition("-")[0] for name in domains.split(", "))
    return ", ".join(localized(f"cli.usage.{kind}", language) for kind in kinds)


def forget_usage(output: Output) -> int:
    """Delete the history."""
    with opened() as services:
        services.usage.forget()
    output.object({"forgotten": True})
    output.text(output.localized("cli.usage.forgotten"))
    return 0


def _table(
    title: str,
    parts: Sequence[Spent],
    name: Callable[[Spent], str],
    settings: Settings,
    output: Output,
) -> None:
    output.text(output.localized(f"cli.usage.{title}"))
    output.table([(f"  {name(part)}", *_cells(part, settings, output)) for part in parts])
    output.text("")


def _cells(part: Spent, settings: Settings, output: Output) -> tuple[str, ...]:
    usage = part.usage
    return (
        output.localized("cli.usage.answers", count=usage.answers),
        output.localized("cli.usage.read", read=usage.read, cached=usage.cached),
        output.localized("cli.usage.written", written=usage.written),
        format_duration(usage.seconds, output.language),
        format_energy(usage.joules) if usage.measured else "",
        _joules("joules_read", usage.joules_read, output),
        _joules("joules_written", usage.joules_written, output),
        "" if part.cost is None else format_cost(part.cost, settings.currency),
    )


def _joules(name: str, joules: float | None, output: Output) -> str:
    return "" if joules is None else output.localized(f"cli.usage.{name}", joules=format_joules(joules))


def _object(report: UsageReport, settings: Settings) -> dict[str, Any]:
    return {
        "total": _shown(report.total),
        "days": [{"day": part.usage.day, **_shown(part)} for part in report.days],
        "months": [{"month": part.usage.day, **_shown(part)} for part in report.months],
        "first_month": report.first and {"month": report.first.usage.day, **_shown(report.first)},
        "models": [
            {"model": part.usage.model, "remote": part.usage.remote, **_shown(part)} for part in report.models
        ],
        "uses": [{"use": part.usage.use, **_shown(part)} for part in report.uses],
        "currency": settings.currency,
    }


def _shown(part: Spent) -> dict[str, Any]:
    """Energy and cost are null where they are not known."""
    usage = part.usage
    return {
        "answers": usage.answers,
        "prompt_tokens": usage.read,
        "cached_tokens": usage.cached,
        "completion_tokens": usage.written,
        "reasoning_tokens": usage.reasoning,
        "seconds": round(usage.seconds, 3),
        "joules": round(usage.joules, 3) if usage.measured else None,
        "joules_per_prompt_token": usage.joules_read,
        "joules_per_completion_token": usage.joules_written,
        "measured_answers": usage.measured,
        "measured_domains": usage.domains,
        "cost": part.cost,
    }
