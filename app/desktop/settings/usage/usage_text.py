"""Usage in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from app.desktop.base.language import languages
from app.desktop.text.words import joined
from app.format import (
    format_cost,
    format_count,
    format_duration,
    format_energy,
    format_joules,
    format_short_count,
)
from app.services.usage.prices import Spent
from engine.energy.counters import BATTERY


def unbroken(amount: str) -> str:
    """An amount that stays in one line with its unit."""
    return amount.replace(" ", "\N{NO-BREAK SPACE}")


def day_name(day: str) -> str:
    """A day as the language writes it without the year."""
    date = QDate.fromString(day, "yyyy-MM-dd")
    return QLocale().toString(date, "MMM d" if languages.current == "en" else "M월 d일")


def month_name(month: str) -> str:
    """A month with its year, of "2026-11"."""
    date = QDate.fromString(f"{month}-01", "yyyy-MM-dd")
    return QLocale().toString(date, "MMMM yyyy" if languages.current == "en" else "yyyy년 M월")


def spent_words(part: Spent, currency: str) -> str:
    """What something took, in one line; what is not known is left out."""
    translate, usage = QCoreApplication.translate, part.usage
    count = translate("Usage", "1 answer") if usage.answers == 1 else translate("Usage", "{count} answers")
    words = [count.format(count=format_count(usage.answers))] if usage.answers else []
    return joined([*words, *token_words(part), *rest_words(part, currency)])


def token_words(part: Spent) -> list[str]:
    translate, usage = QCoreApplication.translate, part.usage
    read, cached, written = (
        format_short_count(count, languages.current) for count in (usage.read, usage.cached, usage.written)
    )
    words = (
        translate("Usage", "{read} read ({cached} reused)")
        if usage.cached
        else translate("Usage", "{read} read")
    )
    return [
        words.format(read=read, cached=cached),
        translate("Usage", "{written} written").format(written=written),
    ]


def domain_words(domains: str) -> str:
    """What energy was measured of, from the counters' names."""
    translate = QCoreApplication.translate
    names = {
        "package": translate("Usage", "processor"),
        "dram": translate("Usage", "memory"),
        BATTERY: translate("Usage", "the whole computer, by its battery"),
    }
    found = (name.strip() for name in domains.split(","))
    return ", ".join(dict.fromkeys(names.get(name.partition("-")[0], name) for name in found))


def token_energy_words(part: Spent) -> str:
    """What one token took; "" where that was not measured."""
    translate = QCoreApplication.translate
    told = (
        (translate("Usage", "{joules} read"), part.usage.joules_read),
        (translate("Usage", "{joules} written"), part.usage.joules_written),
    )
    return joined(
        [words.format(joules=unbroken(format_joules(joules))) for words, joules in told if joules is not None]
    )


def rest_words(part: Spent, currency: str) -> list[str]:
    """Time, energy and cost, each in one line with its unit."""
    usage = part.usage
    words = [format_duration(usage.seconds, languages.current)] if usage.seconds else []
    words += [format_energy(usage.joules)] if usage.measured else []
    words += [] if part.cost is None else [format_cost(part.cost, currency)]
    return [unbroken(amount) for amount in words]
