"""Grammar of integers between two bounds, digit by digit."""

from __future__ import annotations

# A model that has begun to write zeros does not stop by itself.
MOST_DIGITS = 20

Bound = int | None


def integer(low: Bound, high: Bound) -> str | None:
    """A GBNF body for the JSON integers from `low` to `high`, ends included; None when there are none.

    Bounds with more than `MOST_DIGITS` digits count as no bound.
    """
    low = low if low is None or abs(low) < 10**MOST_DIGITS else None
    high = high if high is None or abs(high) < 10**MOST_DIGITS else None
    if low is not None and high is not None and low > high:
        return None
    bodies = []
    if high is None or high >= 0:
        bodies += _natural(max(low or 0, 0), high)
    if low is None or low < 0:
        largest = None if low is None else -low
        smallest = max(1, -high) if high is not None and high < 0 else 1
        bodies.append(f'"-" ( {" | ".join(_natural(smallest, largest))} )')
    return " | ".join(bodies)


def _natural(low: int, high: Bound) -> list[str]:
    """Bodies for `low`..`high` without leading zeros, one for each number of digits."""
    if high is None:
        length = len(str(low))
        bodies = ["[0]"] if low == 0 else []
        first = max(low, 1)
        bodies += _same_length(str(first), "9" * length)
        if length < MOST_DIGITS:
            bodies.append(f"[1-9] [0-9]{{{length},{MOST_DIGITS - 1}}}")
        return bodies
    bodies = []
    while low <= high:
        end = min(high, 10 ** len(str(low)) - 1)
        if low == 0:
            bodies.append('"0"')
            low = 1
            continue
        bodies += _same_length(str(low), str(end))
        low = end + 1
    return bodies


def _same_length(low: str, high: str) -> list[str]:
    """Bodies for the digits from `low` to `high`, which have the same length."""
    if not low:
        return ['""']
    if low == "0" * len(low) and high == "9" * len(high):
        return [_digits("0", "9", len(low))]
    if low[0] == high[0]:
        rest = _same_length(low[1:], high[1:])
        return [_joined(low[0], low[0], rest)]
    bodies = []
    first, last = low[0], high[0]
    if low[1:] != "0" * len(low[1:]):
        bodies.append(_joined(first, first, _same_length(low[1:], "9" * len(low[1:]))))
        first = str(int(first) + 1)
    tail = None
    if high[1:] != "9" * len(high[1:]):
        tail = _joined(last, last, _same_length("0" * len(high[1:]), high[1:]))
        last = str(int(last) - 1)
    if first <= last:
        more = len(low) - 1
        bodies.append(_class(first, last) + (f" {_digits('0', '9', more)}" if more else ""))
    return bodies + ([tail] if tail else [])


def _joined(first: str, last: str, rest: list[str]) -> str:
    if rest == ['""']:
        return _class(first, last)
    inner = rest[0] if len(rest) == 1 else f"( {' | '.join(rest)} )"
    return f"{_class(first, last)} {inner}"


def _digits(first: str, last: str, count: int) -> str:
    return _class(first, last) + (f"{{{count}}}" if count > 1 else "")


def _class(first: str, last: str) -> str:
    return f"[{first}]" if first == last else f"[{first}-{last}]"
