"""Cost limits of rendering a template, and how cost is charged."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jinja2
from jinja2.utils import Namespace

MAX_STEPS = 2_000_000
MAX_ITEMS = 200_000
MAX_INTEGER_BITS = 4096
MAX_PADDING = 1000
SECONDS = 5.0


class TooExpensiveError(Exception):
    """The template exceeds the time or memory limits."""


_DEADLINE: ContextVar[float] = ContextVar("deadline", default=math.inf)


@contextmanager
def time_limit(seconds: float = SECONDS) -> Iterator[None]:
    """Bound the total time of all renders inside."""
    token = _DEADLINE.set(min(time.monotonic() + seconds, _DEADLINE.get()))
    try:
        yield
    finally:
        _DEADLINE.reset(token)


class Meter:
    """The remaining budget of one render. `steps` are operations, `chars` characters of output in all."""

    def __init__(self, input_chars: int, messages: int, seconds: float = SECONDS) -> None:
        self.deadline = min(time.monotonic() + seconds, _DEADLINE.get())
        self.steps = MAX_STEPS + 5000 * messages
        self.longest = 4_000_000 + 16 * input_chars
        self.chars = 32_000_000 + 64 * input_chars

    def spend(self, steps: int = 1) -> None:
        self.steps -= steps
        if self.steps < 0 or time.monotonic() > self.deadline:
            raise TooExpensiveError

    def produce(self, chars: int) -> None:
        """Charge a string's length before it is built."""
        self.chars -= chars
        if chars > self.longest or self.chars < 0:
            raise TooExpensiveError
        self.spend()


METER: ContextVar[Meter] = ContextVar("meter")


def metered_render(template: jinja2.Template, meter: Meter, variables: dict[str, Any]) -> str:
    """Render under a meter. Raises TooExpensiveError and whatever the template raises."""
    token = METER.set(meter)
    try:
        return template.render(variables)
    except (RecursionError, MemoryError, OverflowError) as error:
        raise TooExpensiveError from error
    finally:
        METER.reset(token)


def weigh(value: Any) -> Any:
    """Charge for walking a value, shared parts counted each time they are reached; gives the value back.

    A list that holds itself twice, forty times over, is small in memory and endless to print or compare.
    """
    meter = METER.get()
    if isinstance(value, str):
        meter.spend(1 + len(value) // 64)
        return value
    seen, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        seen += 1
        if isinstance(item, dict):
            waiting.extend(item.keys())
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)
        elif isinstance(item, Namespace):
            waiting.append(object.__getattribute__(item, "_Namespace__attrs"))
        elif isinstance(item, str):
            seen += len(item) // 64
        if seen > MAX_ITEMS or len(waiting) > 2 * MAX_ITEMS:
            raise TooExpensiveError
    meter.spend(seen)
    return value


def made(value: Any) -> Any:
    """Charge for a newly built value."""
    if isinstance(value, str):
        METER.get().produce(len(value))
    elif isinstance(value, list | tuple | dict):
        METER.get().spend(1 + len(value))
    return value


def text_of(value: Any) -> str:
    """`str(value)`, bounded."""
    return value if isinstance(value, str) else str(weigh(value))


def concatenate(pieces: Iterable[str]) -> str:
    parts: list[str] = []
    meter, size = METER.get(), 0
    for piece in pieces:
        size += len(piece)
        if size > meter.longest:
            raise TooExpensiveError
        parts.append(piece)
    meter.produce(size)
    return "".join(parts)


class ChargedItems:
    """An iterable that charges one step for each item and keeps its length, which `loop.length` asks for."""

    def __init__(self, items: Any) -> None:
        self._items = items

    def __iter__(self) -> Iterator[Any]:
        meter = METER.get()
        for item in self._items:
            meter.spend()
            yield item

    def __len__(self) -> int:
        return len(self._items)


def charged(value: Any) -> Any:
    return value if isinstance(value, ChargedItems) else ChargedItems(value)
