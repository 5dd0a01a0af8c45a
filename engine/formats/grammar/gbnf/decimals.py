"""Grammar of decimal numbers between two bounds, digit by digit.

The texts have no exponent, and at most so many digits behind the point: what is narrowed is spelling.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from engine.formats.grammar.gbnf.integers import MOST_DIGITS, integer

_MORE = "[0-9]{0,20}"
_ZEROS = "[0]{0,20}"
_ANY_FRACTION = '( "." [0-9]{1,24} )?'
_NO_FRACTION = '( "." [0]{1,20} )?'
_ABOVE_ZERO = f"{_ZEROS} [1-9] {_MORE}"
_FARTHEST = Decimal(10) ** MOST_DIGITS


class End(msgspec.Struct, frozen=True):
    """One end of a range; `open`: the value itself does not belong to it."""

    value: Decimal
    open: bool = False


def decimal(low: End | None, high: End | None) -> str | None:
    """A GBNF body for the JSON numbers of a range, None for an empty one. An end with more digits than `MOST_DIGITS`
    in front of the point counts as none."""
    low = None if low is None or abs(low.value) >= _FARTHEST else low
    high = None if high is None or abs(high.value) >= _FARTHEST else high
    bodies: list[str] = []
    zero = End(Decimal(0))
    if high is None or high.value >= 0:
        bodies += _positive(zero if low is None or low.value < 0 else low, high)
    if low is None or low.value < 0:
        least = zero if high is None or high.value > 0 else _mirrored(high)
        bodies += [f'"-" ( {body} )' for body in _positive(least, None if low is None else _mirrored(low))]
    return " | ".join(bodies) or None


def _mirrored(end: End) -> End:
    return End(-end.value, end.open)


def _positive(low: End, high: End | None) -> list[str]:
    """Bodies for a range that begins at 0 or above."""
    first, above = _parts(low)
    if high is None:
        return [_joined(first, _at_least(above, low.open)), _whole(first + 1, None)]
    last, below = _parts(high)
    if first > last:
        return []
    if first == last:
        body = _between(above, below, low.open, high.open)
        return [] if body is None else [_joined(first, body)]
    bodies = [_joined(first, _at_least(above, low.open))]
    if first + 1 < last:
        bodies.append(_whole(first + 1, last - 1))
    fraction = _at_most(below, high.open)
    return bodies if fraction is None else [*bodies, _joined(last, fraction)]


def _parts(end: End) -> tuple[int, str]:
    """The number in front of the point, and the digits behind it without zeros at their end."""
    whole, _, fraction = f"{end.value:f}".partition(".")
    return int(whole), fraction.rstrip("0")


def _joined(whole: int, fraction: str) -> str:
    return f'"{whole}" {fraction}'


def _whole(low: int, high: int | None) -> str:
    return f"( {integer(low, high)} ) {_ANY_FRACTION}"


def _at_least(digits: str, is_open: bool) -> str:
    if not digits and not is_open:
        return _ANY_FRACTION
    return f'"." {_from(digits, is_open)}'


def _from(digits: str, is_open: bool) -> str:
    """Digits behind a point that say as much as `digits`, or more."""
    if not digits:
        return _ABOVE_ZERO if is_open else _MORE
    same = f"[{digits[0]}] {_from(digits[1:], is_open)}"
    return same if digits[0] == "9" else f"( {_class(int(digits[0]) + 1, 9)} {_MORE} | {same} )"


def _at_most(digits: str, is_open: bool) -> str | None:
    if not digits:
        return None if is_open else _NO_FRACTION
    found = _up_to(digits, is_open)
    return None if found is None else f'( "." {found} )?'


def _up_to(digits: str, is_open: bool) -> str | None:
    """Digits that say as much as `digits`, or less; None where there are none."""
    bodies = [] if digits[0] == "0" else [f"{_class(0, int(digits[0]) - 1)} {_MORE}"]
    if digits[1:]:
        rest = _up_to(digits[1:], is_open)
        bodies.append(f"[{digits[0]}]" if rest is None else f"[{digits[0]}] ( {rest} )?")
    elif not is_open:
        bodies.append(f"[{digits[0]}] {_ZEROS}")
    return f"( {' | '.join(bodies)} )" if bodies else None


def _between(low: str, high: str, low_open: bool, high_open: bool) -> str | None:
    """A fraction between two; both belong to the same number in front of the point."""
    if low > high or (low == high and (low_open or high_open)):
        return None
    if low == high:
        return f'"." {_exactly(low)}' if low else _NO_FRACTION
    padded = low.ljust(len(high), "0")
    place = next(index for index, digit in enumerate(high) if digit != padded[index])
    first, last = int(padded[place]), int(high[place])
    bodies = [f"[{first}] {_from(low[place + 1 :], low_open)}"]
    if first + 1 < last:
        bodies.append(f"{_class(first + 1, last - 1)} {_MORE}")
    if high[place + 1 :]:
        rest = _up_to(high[place + 1 :], high_open)
        bodies.append(f"[{last}]" if rest is None else f"[{last}] ( {rest} )?")
    elif not high_open:
        bodies.append(f"[{last}] {_ZEROS}")
    same = " ".join(f"[{digit}]" for digit in high[:place])
    inside = f'"." {same} ( {" | ".join(bodies)} )'
    if low_open or len(low) > place:
        return inside
    return f'( {inside} | "." {_exactly(low)} )' if low else f"( {inside} | {_NO_FRACTION} )"


def _exactly(digits: str) -> str:
    return f"{' '.join(f'[{digit}]' for digit in digits)} {_ZEROS}"


def _class(first: int, last: int) -> str:
    return f"[{first}]" if first == last else f"[{first}-{last}]"
