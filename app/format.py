"""Formats numbers for the window and the command line: sizes, counts, speeds, shares, times.

Both languages group digits by commas and write decimals with a point; only words and units differ.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.language import Language

_Units = Sequence[tuple[int, str]]
_SIZES: _Units = ((10**12, " TB"), (10**9, " GB"), (10**6, " MB"), (10**3, " kB"), (1, " B"))
_COUNTS: _Units = ((10**9, " billion"), (10**6, " million"), (10**3, " thousand"), (1, ""))
_SHORT_COUNTS: _Units = ((10**9, "B"), (10**6, "M"), (10**3, "k"), (1, ""))
_KOREAN_COUNTS: _Units = ((10**12, "조"), (10**8, "억"), (10**4, "만"), (1, ""))
_TIMES = {"en": ("{} s", "{} min", "{} h"), "ko": ("{}초", "{}분", "{}시간")}
_DAY = 86_400


def format_count(count: int) -> str:
    """A whole number in groups of three digits: 1,204."""
    return f"{count:,}"


def format_size(size: float) -> str:
    """A number of bytes in decimal units: 98.4 MB, 7.6 GB."""
    return _in_unit(size, *_unit(size, _SIZES))


def format_size_of(used: float, size: float, language: Language) -> str:
    """A part of a size, in the unit of the size: "7.1 of 7.6 GB"."""
    part, whole = _part(used, size, _SIZES)
    return f"{part} / {whole}" if language == "ko" else f"{part} of {whole}"


def format_rate(bytes_per_second: float) -> str:
    """Such as 41 GB/s."""
    return f"{format_size(bytes_per_second)}/s"


def format_speed(tokens_per_second: float) -> str:
    """A speed without its unit, whole from ten on: 38, 4.2."""
    return f"{tokens_per_second:,.0f}" if tokens_per_second >= 9.95 else _rounded(tokens_per_second)


def format_tokens_per_second(speed: float, language: Language) -> str:
    """Such as "38 tok/s"."""
    return f"초당 {format_speed(speed)}토큰" if language == "ko" else f"{format_speed(speed)} tok/s"


def format_percent(share: float, digits: int = 0) -> str:
    """A share of 1 as percent: 81%."""
    return f"{share * 100:,.{digits}f}%"


def format_percent_range(low: float, high: float, language: Language) -> str:
    """From one share to another: "72–88%"."""
    first, last = format_percent(low), format_percent(high)
    if first == last:
        return first
    return f"{first[:-1]}{'~' if language == 'ko' else '–'}{last}"


def format_context(tokens: int) -> str:
    """A number of tokens in units of 1,024, as contexts are counted: 512, 6.2k, 32k."""
    return str(tokens) if tokens < 1024 else _in_unit(tokens, 1024, "k", one_digit_below=10)


def format_large_count(count: int, language: Language, digits: int = 3) -> str:
    """A large count in words, with this many significant digits: "30.5 billion", "305억", "6억 9,200만"."""
    count = round(count, min(0, digits - len(str(count))))
    if language == "en":
        return _in_unit(count, *_unit(count, _COUNTS))
    parts = []
    for unit, name in _KOREAN_COUNTS:
        whole, count = divmod(count, unit)
        if whole:
            parts.append(f"{whole:,}{name}")
    return " ".join(parts) or "0"


def format_large_counts(part: int, total: int, language: Language) -> tuple[str, str]:
    """A part and a whole in the same unit: ("3.3", "30.5 billion")."""
    if language == "en":
        return _part(part, total, _COUNTS)
    return format_large_count(part, language), format_large_count(total, language)


def format_short_count(count: int, language: Language, digits: int = 3) -> str:
    """A large count in one unit, with this many significant digits: "30.5B", "1.2M", "48k", "305억", "9.6만"."""
    count = round(count, min(0, digits - len(str(count))))
    return _in_unit(count, *_unit(count, _KOREAN_COUNTS if language == "ko" else _SHORT_COUNTS))


def format_duration(seconds: float, language: Language) -> str:
    """A time in its two largest units: "2.6 s", "45 s", "1 min 38 s", "12 min", "2 h 5 min"."""
    second, minute, hour = _TIMES[language]
    if seconds < 9.95:
        return second.format(_rounded(seconds))
    whole = round(seconds)
    if whole < 60:
        return second.format(whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 10 and rest:
        return f"{minute.format(minutes)} {second.format(rest)}"
    hours, rest = divmod(round(whole / 60), 60)
    if not hours:
        return minute.format(rest)
    return f"{hour.format(hours)} {minute.format(rest)}" if rest and hours < 24 else hour.format(f"{hours:,}")


def format_energy(joules: float) -> str:
    """Watt-hours or kilowatt-hours, such as "0.42 Wh"."""
    hours = joules / 3600
    if hours >= 1000:
        return f"{hours / 1000:,.2f} kWh"
    return f"{hours:.1f} Wh" if hours >= 10 else f"{hours:.2g} Wh"


def format_joules(joules: float) -> str:
    """What a token took, such as "3.1 J"."""
    return f"{joules:,.0f} J" if joules >= 10 else f"{joules:.2g} J"


def format_power(watts: float) -> str:
    """Such as "12 W"."""
    return f"{watts:,.0f} W" if watts >= 10 else f"{watts:.2g} W"


def format_cost(cost: float, currency: str) -> str:
    """An amount in a person's own currency; small ones with more digits."""
    digits = 2 if cost >= 0.1 or cost == 0 else 4
    return f"{cost:,.{digits}f} {currency}".strip()


def format_time_of_day(hour: int, minute: int, language: Language) -> str:
    """As Qt writes it beside messages: "1:03 PM", "오후 1:03"."""
    clock, is_late = f"{hour % 12 or 12}:{minute:02}", hour >= 12
    if language == "ko":
        return f"{('오전', '오후')[is_late]} {clock}"
    return f"{clock} {('AM', 'PM')[is_late]}"


def format_ago(then: float, now: float, language: Language) -> str:
    """Elapsed time in whole days, months or years; both are seconds since 1970."""
    days = int(max(0.0, now - then) // _DAY)
    months = round(days / 30.4)
    count, unit = (days, 0) if days < 45 else (months, 1) if months < 18 else (round(days / 365.25), 2)
    if days < 2:
        return (("today", "yesterday"), ("오늘", "어제"))[language == "ko"][days]
    if language == "ko":
        return f"{count}{('일', '개월', '년')[unit]} 전"
    return f"{count} {('day', 'month', 'year')[unit]}{'' if count == 1 else 's'} ago"


def _unit(value: float, units: _Units) -> tuple[int, str]:
    return next((unit for unit in units if value >= unit[0]), units[-1])


def _in_unit(value: float, unit: int, name: str, *, one_digit_below: float = 99.95) -> str:
    return f"{_rounded(value / unit, one_digit_below) if unit > 1 else f'{value:,.0f}'}{name}"


def _rounded(value: float, one_digit_below: float = 99.95) -> str:
    """At most one decimal, and none where it is zero: 7.6, 9, 128, 1,024."""
    digits = 1 if 0 < value < one_digit_below and round(value, 1) != round(value) else 0
    return f"{value:,.{digits}f}"


def _part(part: float, total: float, units: _Units) -> tuple[str, str]:
    unit, name = _unit(total, units)
    whole = _in_unit(total, unit, name)
    # A part that is small in the unit, or far beyond the whole, keeps its own: 250 MB of 7.6 GB, 268 MB of 0 B.
    if (unit > 1 and 0 < part < unit * 0.3) or part >= unit * 1000 > total:
        return _in_unit(part, *_unit(part, units)), whole
    return _in_unit(part, unit, ""), whole
