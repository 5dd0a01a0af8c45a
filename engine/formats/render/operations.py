"""Methods and operators of template values, each bounded before it runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from jinja2.sandbox import SandboxedFormatter

from engine.formats.render.meter import (
    MAX_INTEGER_BITS,
    MAX_ITEMS,
    MAX_PADDING,
    METER,
    TooExpensiveError,
    made,
    weigh,
)

_STRING_METHODS = frozenset(
    """
    capitalize casefold count endswith find format index isalnum isalpha isascii isdecimal isdigit
    isidentifier islower isnumeric isspace istitle isupper join lower lstrip partition removeprefix
    removesuffix replace rfind rindex rpartition rsplit rstrip split splitlines startswith strip
    swapcase title upper
    """.split()
)
# append and pop: a render gets its own copy of the conversation, and templates in use (Kimi K2) need them.
METHODS: tuple[tuple[type | tuple[type, ...], frozenset[str]], ...] = (
    (str, _STRING_METHODS),
    (dict, frozenset(["copy", "get", "items", "keys", "pop", "values"])),
    (list, frozenset(["append", "copy", "count", "index", "pop"])),
    (tuple, frozenset(["count", "index"])),
    ((int, float, bytes), frozenset()),
)
_DIGITS = re.compile(r"\d+")


def _check_format(spec: str) -> None:
    """Refuse excessive widths and precisions."""
    if "*" in spec or any(len(run) > 9 or int(run) > MAX_PADDING for run in _DIGITS.findall(spec)):
        raise TooExpensiveError


class BoundedFormatter(SandboxedFormatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        _check_format(format_spec)
        text: str = super().format_field(weigh(value), format_spec)
        METER.get().produce(len(text))
        return text


def split(text: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    separator = kwargs.get("sep", args[0] if args else None)
    pieces = text.count(separator) if isinstance(separator, str) and separator else len(text) // 20
    if pieces > MAX_ITEMS:
        raise TooExpensiveError
    return getattr(text, name)(*args, **kwargs)


def _multiply(left: Any, right: Any) -> Any:
    for sequence, times in ((left, right), (right, left)):
        if isinstance(sequence, str | list | tuple) and isinstance(times, int):
            size = len(sequence) * max(times, 0)
            if isinstance(sequence, str):
                METER.get().produce(size)
            elif size > MAX_ITEMS:
                raise TooExpensiveError
    if isinstance(left, int) and isinstance(right, int):
        _check_bits(left.bit_length() + right.bit_length())
    return left * right


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        _check_bits(left.bit_length() * abs(right))
    return left**right


def _check_bits(bits: int) -> None:
    if bits > MAX_INTEGER_BITS:
        raise TooExpensiveError


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        METER.get().produce(len(left) + len(right))
    elif isinstance(left, list | tuple) and isinstance(right, list | tuple):
        if len(left) + len(right) > MAX_ITEMS:
            raise TooExpensiveError
        METER.get().spend(len(left) + len(right))
    return left + right


def _modulo(left: Any, right: Any) -> Any:
    if isinstance(left, str):
        _check_format(left)
        METER.get().produce(len(left))
        return made(left % weigh(right))
    return left % _divisor(left, right)


def _divisor(left: Any, right: Any) -> Any:
    for number in (left, right):
        if isinstance(number, int):
            _check_bits(number.bit_length())
    return right


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": _add,
    "*": _multiply,
    "**": _power,
    "%": _modulo,
    "//": lambda left, right: left // _divisor(left, right),
}
