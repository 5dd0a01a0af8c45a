"""Jinja filters and tests of chat templates, each bounded before it runs."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jinja2
from jinja2 import filters
from jinja2.runtime import Context
from jinja2.utils import pass_context, pass_environment

from engine.formats.render.meter import (
    MAX_ITEMS,
    MAX_PADDING,
    METER,
    ChargedItems,
    TooExpensiveError,
    charged,
    made,
    text_of,
    weigh,
)
from engine.formats.render.operations import OPERATORS


def _tojson(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """JSON as chat templates expect it: no HTML escapes, other scripts as they are (transformers' filter)."""
    if indent is not None and not 0 <= indent <= 16:
        raise TooExpensiveError
    if isinstance(value, Iterator):
        value = weigh(list(value))  # what `map` and `select` give
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def join(value: Any, d: str = "", attribute: str | int | None = None) -> str:
    items = [text_of(item if attribute is None else _attribute(item, attribute)) for item in charged(value)]
    METER.get().produce(sum(map(len, items)) + len(d) * len(items))
    return str(d).join(items)


def _attribute(item: Any, name: str | int) -> Any:
    return item.get(name, "") if isinstance(item, dict) else item[name]


def replace(text: Any, old: str, new: str, count: int | None = None) -> str:
    whole, old, new = text_of(text), str(old), str(new)
    found = whole.count(old) if count is None or count < 0 else min(count, whole.count(old))
    METER.get().produce(len(whole) + found * len(new))
    return whole.replace(old, new, -1 if count is None else count)


def _indent(text: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    pad = width if isinstance(width, str) else " " * min(width, MAX_PADDING)
    lines = text_of(text).splitlines() or [""]
    METER.get().produce(sum(map(len, lines)) + (len(pad) + 1) * len(lines))
    padded = [pad + line if line or blank else line for line in lines]
    if not first:
        padded[0] = lines[0]
    return "\n".join(padded)


def _format(text: Any, *args: Any, **kwargs: Any) -> str:
    formatted: str = OPERATORS["%"](text_of(text), kwargs or args)
    return formatted


def _round(value: float, precision: int = 0, method: str = "common") -> float:
    if abs(precision) > 100:
        raise TooExpensiveError
    rounded: float = filters.do_round(value, precision, method)  # type: ignore[arg-type]
    return rounded


@pass_environment
def _sum(
    environment: jinja2.Environment,
    value: Iterable[Any],
    attribute: str | int | None = None,
    start: float = 0,
) -> Any:
    # Adding up lists copies the sum at every step.
    if not isinstance(start, int | float):
        raise TooExpensiveError
    return filters.sync_do_sum(environment, value, attribute, start)


def _escaped(value: Any) -> str:
    return str(filters.FILTERS["escape"](text_of(value)))


# Jinja's own filters that a chat template has a use for; not those that pad, wrap or draw at random.
_PLAIN_FILTERS = (
    *("abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "groupby", "int"),
    *("items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr"),
    *("reverse", "select", "selectattr", "sort", "string", "title", "trim", "truncate", "unique"),
    *("upper", "wordcount"),
)
FILTERS: dict[str, Callable[..., Any]] = {name: filters.FILTERS[name] for name in _PLAIN_FILTERS} | {
    "e": _escaped,
    "escape": _escaped,
    "format": _format,
    "indent": _indent,
    "join": join,
    "replace": replace,
    "round": _round,
    "safe": text_of,
    "sum": _sum,
    "tojson": _tojson,
}
# These look at the top of a value only; walking a whole conversation for its length would be the cost.
_SHALLOW = frozenset(["count", "d", "default", "first", "last", "length", "items"])

# Filters that make much more of a text than a text.
_LONGEST_TEXT = {"list": MAX_ITEMS, "sort": MAX_ITEMS, "unique": MAX_ITEMS, "int": MAX_PADDING}


def charged_filter(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that charges its input and output. `pass_context` prevents constant folding."""
    wants = getattr(function, "jinja_pass_arg", None)

    @functools.wraps(function, updated=())
    def run(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
        meter = METER.get()
        meter.spend()
        if name not in _SHALLOW:
            if isinstance(value, Iterator):
                value = iter(ChargedItems(value))
            elif isinstance(value, str) and len(value) > _LONGEST_TEXT.get(name, len(value)):
                raise TooExpensiveError
            else:
                weigh(value)
            for argument in (*args, *kwargs.values()):
                weigh(argument)
        kind = getattr(wants, "name", "")
        prefix = {"context": (context,), "eval_context": (context.eval_ctx,)}.get(kind, ())
        if kind == "environment":
            prefix = (context.environment,)
        return made(function(*prefix, value, *args, **kwargs))

    return pass_context(run)


def charged_test(function: Callable[..., bool]) -> Callable[..., bool]:
    def run(value: Any, *args: Any) -> bool:
        return function(weigh(value), *(weigh(argument) for argument in args))

    return run
