"""A Jinja environment for templates that came with a file from strangers.

Jinja's immutable sandbox keeps a template away from Python; this one also bounds what a render may cost. Every
loop, call, filter, comparison and string operation is charged to a `Meter`; a template that runs past its steps,
its characters or its deadline ends in `TooExpensive`. No threads and no signals, so it works in any thread.

The charging points are put in by rewriting the parsed template (`_ChargingPoints`), and each single operation
is bounded before it runs, so that the deadline is looked at often enough.
"""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from types import BuiltinMethodType, MethodType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter
from jinja2.utils import Namespace, pass_context, pass_environment
from jinja2.visitor import NodeTransformer

MAX_STEPS = 2_000_000
MAX_ITEMS = 200_000
MAX_INTEGER_BITS = 4096
MAX_PADDING = 1000
SECONDS = 5.0

# Names that no template can write: a Jinja identifier has no space.
_LOOP, _WEIGH, _JOIN, _MADE = "charge loop", "charge weigh", "charge join", "charge made"


class TooExpensive(Exception):
    """The template needs more time or memory than any real one."""


class Meter:
    """What one render may still cost. `steps` are operations, `chars` the characters it may produce in all."""

    def __init__(self, input_chars: int, messages: int, seconds: float = SECONDS) -> None:
        self.deadline = time.monotonic() + seconds
        self.steps = MAX_STEPS + 5000 * messages
        self.longest = 4_000_000 + 16 * input_chars
        self.chars = 32_000_000 + 64 * input_chars

    def spend(self, steps: int = 1) -> None:
        self.steps -= steps
        if self.steps < 0 or time.monotonic() > self.deadline:
            raise TooExpensive

    def produce(self, chars: int) -> None:
        """Called with the length of a string before it is built."""
        self.chars -= chars
        if chars > self.longest or self.chars < 0:
            raise TooExpensive
        self.spend()


_METER: ContextVar[Meter] = ContextVar("meter")


def metered_render(template: jinja2.Template, meter: Meter, variables: dict[str, Any]) -> str:
    """Render under a meter. Raises TooExpensive and whatever the template raises."""
    token = _METER.set(meter)
    try:
        return template.render(variables)
    except (RecursionError, MemoryError, OverflowError) as error:
        raise TooExpensive from error
    finally:
        _METER.reset(token)


def _weigh(value: Any) -> Any:
    """Charge for walking a value, shared parts counted each time they are reached; gives the value back.

    A list that holds itself twice, forty times over, is small in memory and endless to print or compare.
    """
    meter = _METER.get()
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
            raise TooExpensive
    meter.spend(seen)
    return value


def _made(value: Any) -> Any:
    """Charge for a value that has just been built."""
    if isinstance(value, str):
        _METER.get().produce(len(value))
    elif isinstance(value, list | tuple | dict):
        _METER.get().spend(1 + len(value))
    return value


def _text(value: Any) -> str:
    """`str(value)`, bounded."""
    return value if isinstance(value, str) else str(_weigh(value))


def _concatenate(pieces: Iterable[str]) -> str:
    parts: list[str] = []
    meter, size = _METER.get(), 0
    for piece in pieces:
        size += len(piece)
        if size > meter.longest:
            raise TooExpensive
        parts.append(piece)
    meter.produce(size)
    return "".join(parts)


class _Charged:
    """An iterable that charges one step for each item and keeps its length, which `loop.length` asks for."""

    def __init__(self, items: Any) -> None:
        self._items = items

    def __iter__(self) -> Iterator[Any]:
        meter = _METER.get()
        for item in self._items:
            meter.spend()
            yield item

    def __len__(self) -> int:
        return len(self._items)


def _charged(value: Any) -> Any:
    return value if isinstance(value, _Charged) else _Charged(value)


class _ChargingPoints(NodeTransformer):
    """Puts a filter of ours around what Jinja compiles to plain Python: loops, joins, comparisons, slices."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = _filtered(node.iter, _LOOP)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), _JOIN)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        self.generic_visit(node)
        operands = [node.expr, *(operand.expr for operand in node.ops)]
        # Against a constant a comparison is over at the first level.
        if not any(isinstance(operand, nodes.Const) for operand in operands):
            node.expr = _filtered(node.expr, _WEIGH)
            for operand in node.ops:
                operand.expr = _filtered(operand.expr, _WEIGH)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(node, _MADE) if isinstance(node.arg, nodes.Slice) else node

    def visit_Pair(self, node: nodes.Pair) -> nodes.Node:
        self.generic_visit(node)
        if not isinstance(node.key, nodes.Const):
            node.key = _filtered(node.key, _WEIGH)
        return node


def _filtered(node: nodes.Expr, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


class _GenerationTag(Extension):
    """`{% generation %}` marks what a trainer counts; for a prompt only its body matters."""

    tags = {"generation"}

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


# --- filters -----------------------------------------------------------------------------------------------


def _tojson(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """JSON as chat templates expect it: no HTML escapes, other scripts as they are (transformers' filter)."""
    if indent is not None and not (isinstance(indent, int) and 0 <= indent <= 16):
        raise TooExpensive
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def _join(value: Any, d: str = "", attribute: str | int | None = None) -> str:
    items = [_text(item if attribute is None else _attribute(item, attribute)) for item in _charged(value)]
    _METER.get().produce(sum(map(len, items)) + len(d) * len(items))
    return str(d).join(items)


def _attribute(item: Any, name: str | int) -> Any:
    return item.get(name, "") if isinstance(item, dict) else item[name]


def _replace(text: Any, old: str, new: str, count: int | None = None) -> str:
    text, old, new = _text(text), str(old), str(new)
    found = text.count(old) if count is None or count < 0 else min(count, text.count(old))
    _METER.get().produce(len(text) + found * len(new))
    return text.replace(old, new, -1 if count is None else count)


def _indent(text: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    pad = width if isinstance(width, str) else " " * min(width, MAX_PADDING)
    lines = _text(text).splitlines() or [""]
    _METER.get().produce(sum(map(len, lines)) + (len(pad) + 1) * len(lines))
    padded = [pad + line if line or blank else line for line in lines]
    if not first:
        padded[0] = lines[0]
    return "\n".join(padded)


def _round(value: float, precision: int = 0, method: str = "common") -> float:
    if abs(precision) > 100:
        raise TooExpensive
    rounded: float = jinja2.filters.do_round(value, precision, method)  # type: ignore[arg-type]
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
        raise TooExpensive
    return jinja2.filters.sync_do_sum(environment, value, attribute, start)  # type: ignore[type-var]


def _escaped(value: Any) -> str:
    return str(jinja2.filters.FILTERS["escape"](_text(value)))


# Jinja's own filters that a chat template has a use for; not those that pad, wrap or draw at random.
_PLAIN_FILTERS = [
    "abs",
    "capitalize",
    "count",
    "d",
    "default",
    "dictsort",
    "first",
    "float",
    "groupby",
    "int",
    "items",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "reverse",
    "select",
    "selectattr",
    "sort",
    "string",
    "title",
    "trim",
    "truncate",
    "unique",
    "upper",
    "wordcount",
]
_FILTERS: dict[str, Callable[..., Any]] = {name: jinja2.filters.FILTERS[name] for name in _PLAIN_FILTERS} | {
    "e": _escaped,
    "escape": _escaped,
    "indent": _indent,
    "join": _join,
    "replace": _replace,
    "round": _round,
    "safe": _text,
    "sum": _sum,
    "tojson": _tojson,
}
# These look at the top of a value only; walking a whole conversation for its length would be the cost.
_SHALLOW = frozenset(["count", "d", "default", "first", "last", "length", "items"])


def _charged_filter(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that weighs what it gets and what it gives. `pass_context` keeps it out of constant folding."""
    wants = getattr(function, "jinja_pass_arg", None)

    @functools.wraps(function, updated=())
    def run(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
        meter = _METER.get()
        meter.spend()
        if name not in _SHALLOW:
            if isinstance(value, Iterator):
                value = iter(_Charged(value))
            elif isinstance(value, str) and name in ("list", "sort", "unique") and len(value) > MAX_ITEMS:
                raise TooExpensive
            else:
                _weigh(value)
            for argument in (*args, *kwargs.values()):
                _weigh(argument)
        kind = getattr(wants, "name", "")
        prefix = {"context": (context,), "eval_context": (context.eval_ctx,)}.get(kind, ())
        if kind == "environment":
            prefix = (context.environment,)
        return _made(function(*prefix, value, *args, **kwargs))

    return pass_context(run)


def _charged_test(function: Callable[..., bool]) -> Callable[..., bool]:
    def run(value: Any, *args: Any) -> bool:
        return function(_weigh(value), *(_weigh(argument) for argument in args))

    return run


# --- methods and operators ---------------------------------------------------------------------------------

_STRING_METHODS = frozenset(
    [
        "capitalize",
        "casefold",
        "count",
        "endswith",
        "find",
        "format",
        "index",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isspace",
        "istitle",
        "isupper",
        "join",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rindex",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "upper",
    ]
)
# append and pop: a render gets its own copy of the conversation, and templates in use (Kimi K2) need them.
_METHODS: tuple[tuple[type | tuple[type, ...], frozenset[str]], ...] = (
    (str, _STRING_METHODS),
    (dict, frozenset(["copy", "get", "items", "keys", "pop", "values"])),
    (list, frozenset(["append", "copy", "count", "index", "pop"])),
    (tuple, frozenset(["count", "index"])),
    ((int, float, bytes), frozenset()),
)
_DIGITS = re.compile(r"\d+")


def _check_format(spec: str) -> None:
    """Refuse widths and precisions that only waste memory."""
    if "*" in spec or any(len(run) > 9 or int(run) > MAX_PADDING for run in _DIGITS.findall(spec)):
        raise TooExpensive


class _BoundedFormatter(SandboxedFormatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        _check_format(format_spec)
        text: str = super().format_field(_weigh(value), format_spec)
        _METER.get().produce(len(text))
        return text


def _split(text: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    separator = kwargs.get("sep", args[0] if args else None)
    pieces = text.count(separator) if isinstance(separator, str) and separator else len(text) // 20
    if pieces > MAX_ITEMS:
        raise TooExpensive
    return getattr(text, name)(*args, **kwargs)


def _multiply(left: Any, right: Any) -> Any:
    for sequence, times in ((left, right), (right, left)):
        if isinstance(sequence, str | list | tuple) and isinstance(times, int):
            size = len(sequence) * max(times, 0)
            if isinstance(sequence, str):
                _METER.get().produce(size)
            elif size > MAX_ITEMS:
                raise TooExpensive
    if isinstance(left, int) and isinstance(right, int):
        _check_bits(left.bit_length() + right.bit_length())
    return left * right


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        _check_bits(left.bit_length() * abs(right))
    return left**right


def _check_bits(bits: int) -> None:
    if bits > MAX_INTEGER_BITS:
        raise TooExpensive


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        _METER.get().produce(len(left) + len(right))
    elif isinstance(left, list | tuple) and isinstance(right, list | tuple):
        if len(left) + len(right) > MAX_ITEMS:
            raise TooExpensive
        _METER.get().spend(len(left) + len(right))
    return left + right


def _modulo(left: Any, right: Any) -> Any:
    if isinstance(left, str):
        _check_format(left)
        _METER.get().produce(len(left))
        return _made(left % _weigh(right))
    return left % right


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {"+": _add, "*": _multiply, "**": _power, "%": _modulo}


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox for chat templates. Templates are rendered with `metered_render` only."""

    intercepted_binops = frozenset(_OPERATORS)
    concat = staticmethod(_concatenate)  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,
            cache_size=0,
            finalize=pass_context(lambda _context, value: _made(_text(value))),
            extensions=["jinja2.ext.loopcontrols", _GenerationTag],
        )
        self.filters = {name: _charged_filter(name, function) for name, function in _FILTERS.items()}
        self.filters[_LOOP] = pass_context(lambda _context, value: _charged(value))
        self.filters[_WEIGH] = pass_context(lambda _context, value: _weigh(value))
        self.filters[_MADE] = pass_context(lambda _context, value: _made(value))
        self.filters[_JOIN] = pass_context(lambda _context, value: _concatenate(map(_text, value)))
        for name in ("==", "!=", "<", "<=", ">", ">=", "eq", "ne", "lt", "le", "gt", "ge", "in"):
            self.tests[name] = _charged_test(self.tests[name])
        for name in ("equalto", "greaterthan", "lessthan"):
            self.tests[name] = _charged_test(self.tests[name])
        del self.globals["lipsum"]

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        charged: nodes.Template = _ChargingPoints().visit(source)
        return super()._generate(charged, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        _METER.get().spend()
        return _OPERATORS[operator](left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        for kinds, allowed in _METHODS:
            if isinstance(obj, kinds) and not isinstance(obj, bool):
                return attr in allowed
        return super().is_safe_attribute(obj, attr, value)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, tuple):
            _weigh(argument)
        return super().getitem(obj, argument)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        if not isinstance(value, MethodType | BuiltinMethodType) or value.__name__ != "format":
            return None
        text = value.__self__
        if not isinstance(text, str):
            return None
        formatter = _BoundedFormatter(self)
        return lambda *args, **kwargs: formatter.vformat(text, args, kwargs)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        meter = _METER.get()
        meter.spend()
        if isinstance(obj, LoopContext):
            return super().call(context, obj, *map(_charged, args), **kwargs)
        if isinstance(obj, Macro):
            return super().call(context, obj, *args, **kwargs)
        for argument in (*args, *kwargs.values()):
            _weigh(argument)
        owner, name = getattr(obj, "__self__", None), getattr(obj, "__name__", "")
        if isinstance(owner, str):
            # Jinja hands these to every call inside a loop or a block; `context.call` would take them off.
            kwargs = {key: kwargs[key] for key in kwargs.keys() - {"_loop_vars", "_block_vars"}}
            if name == "join":
                return _join(*args, d=owner)
            if name == "replace":
                return _replace(owner, *args, **kwargs)
            if name in ("split", "rsplit", "splitlines"):
                return _made(_split(owner, name, args, kwargs))
        elif isinstance(owner, list | tuple):
            _weigh(owner) if name in ("count", "index") else meter.spend()
        return _made(super().call(context, obj, *args, **kwargs))
