"""Numbers that schemas name: counts and bounds."""

from __future__ import annotations

import math
from decimal import Decimal

from engine.formats.grammar.gbnf.decimals import End
from engine.formats.grammar.schema_merge import Schema


def count(schema: Schema, key: str) -> int | None:
    value = number_of(schema, key)
    return None if value is None or value < 0 else math.ceil(value) if key.startswith("min") else int(value)


def number_of(schema: Schema, key: str) -> float | int | None:
    value = schema.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def integer_bounds(schema: Schema) -> tuple[int | None, int | None]:
    """The smallest and the largest integer; draft 4 has the exclusive bounds as flags."""
    low, high = number_of(schema, "minimum"), number_of(schema, "maximum")
    least = None if low is None else math.ceil(low)
    if low is not None and schema.get("exclusiveMinimum") is True:
        least = math.floor(low) + 1
    most = None if high is None else math.floor(high)
    if high is not None and schema.get("exclusiveMaximum") is True:
        most = math.ceil(high) - 1
    above, below = number_of(schema, "exclusiveMinimum"), number_of(schema, "exclusiveMaximum")
    if above is not None:
        least = max(math.floor(above) + 1, least) if least is not None else math.floor(above) + 1
    if below is not None:
        most = min(math.ceil(below) - 1, most) if most is not None else math.ceil(below) - 1
    return least, most


def decimal_bounds(schema: Schema) -> tuple[End | None, End | None]:
    """The ends of the range of numbers that the bounds leave, those of draft 4 included."""
    return _end(schema, "minimum", "exclusiveMinimum", 1), _end(schema, "maximum", "exclusiveMaximum", -1)


def _end(schema: Schema, inclusive: str, exclusive: str, sign: int) -> End | None:
    """The narrower end of the two; `sign` 1 for the lower, -1 for the upper."""
    here, open_here = number_of(schema, inclusive), number_of(schema, exclusive)
    ends = [End(Decimal(repr(here)), schema.get(exclusive) is True)] if here is not None else []
    ends += [End(Decimal(repr(open_here)), True)] if open_here is not None else []
    return max(ends, key=lambda end: (sign * end.value, end.open)) if ends else None
