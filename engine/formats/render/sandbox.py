"""Jinja sandbox for untrusted chat templates, with bounded cost.

Jinja's immutable sandbox keeps a template away from Python; this one also bounds what a render may cost.
Every loop, call, filter, comparison and string operation is charged to a `Meter`; a template that runs past
its steps, its characters or its deadline ends in `TooExpensiveError`. No threads and no signals, so it works
in any thread.

The charging points are put in by rewriting the parsed template (`_ChargingPoints`), and each single operation
is bounded before it runs, so that the deadline is looked at often enough.
"""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinMethodType, MethodType
from typing import Any, cast

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import pass_context
from jinja2.visitor import NodeTransformer

from engine.formats.render.filters import FILTERS, charged_filter, charged_test, join, replace
from engine.formats.render.meter import METER, charged, concatenate, made, text_of, weigh
from engine.formats.render.operations import METHODS, OPERATORS, BoundedFormatter, split

# Names that no template can write: a Jinja identifier has no space.
_LOOP, _WEIGH, _JOIN, _MADE = "charge loop", "charge weigh", "charge join", "charge made"
# Tests that may look into all of a value.
_COMPARING_TESTS = (
    *("==", "!=", "<", "<=", ">", ">="),
    *("eq", "ne", "lt", "le", "gt", "ge", "in", "equalto", "greaterthan", "lessthan"),
)


class _ChargingPoints(NodeTransformer):
    """Wraps what Jinja compiles to plain Python in a charging filter: loops, joins, comparisons, slices."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = _filtered(cast(nodes.Expr, node.iter), _LOOP)
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

    tags = frozenset({"generation"})  # type: ignore[assignment]

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _Named(dict[str, Any]):
    """Filters or tests. An unknown one fails where it is used, not where a template that never gets there is
    compiled."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name, lambda *_: default)


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox for chat templates. Templates are rendered with `metered_render` only."""

    intercepted_binops = frozenset(OPERATORS)
    concat = staticmethod(concatenate)

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,
            cache_size=0,
            finalize=pass_context(lambda _context, value: made(text_of(value))),
            extensions=["jinja2.ext.loopcontrols", _GenerationTag],
        )
        filters = {name: charged_filter(name, each) for name, each in FILTERS.items()}
        self.filters = cast(dict[str, Any], _Named(filters))
        self.filters[_LOOP] = pass_context(lambda _context, value: charged(value))
        self.filters[_WEIGH] = pass_context(lambda _context, value: weigh(value))
        self.filters[_MADE] = pass_context(lambda _context, value: made(value))
        self.filters[_JOIN] = pass_context(lambda _context, value: concatenate(map(text_of, value)))
        self.tests = cast(dict[str, Any], _Named(self.tests))
        for name in _COMPARING_TESTS:
            self.tests[name] = charged_test(cast(Callable[..., bool], self.tests[name]))
        del self.globals["lipsum"]

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        charged: nodes.Template = _ChargingPoints().visit(source)
        return super()._generate(charged, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        METER.get().spend()
        return OPERATORS[operator](left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        for kinds, allowed in METHODS:
            if isinstance(obj, kinds):
                return attr in allowed
        return super().is_safe_attribute(obj, attr, value)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, tuple):
            weigh(argument)
        return super().getitem(obj, argument)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        if not isinstance(value, MethodType | BuiltinMethodType) or value.__name__ != "format":
            return None
        text = value.__self__
        if not isinstance(text, str):
            return None
        formatter = BoundedFormatter(self)
        return lambda *args, **kwargs: formatter.vformat(text, args, kwargs)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        meter = METER.get()
        meter.spend()
        if isinstance(obj, LoopContext):
            return super().call(context, obj, *map(charged, args), **kwargs)
        if isinstance(obj, Macro):
            return super().call(context, obj, *args, **kwargs)
        for argument in (*args, *kwargs.values()):
            weigh(argument)
        owner, name = getattr(obj, "__self__", None), getattr(obj, "__name__", "")
        if isinstance(owner, str):
            # Jinja hands these to every call inside a loop or a block; `context.call` would take them off.
            kwargs = {key: kwargs[key] for key in kwargs.keys() - {"_loop_vars", "_block_vars"}}
            if name == "join":
                return join(next(iter(args), ()), owner)
            if name == "replace":
                return replace(owner, *args, **kwargs)
            if name in ("split", "rsplit", "splitlines"):
                return made(split(owner, name, args, kwargs))
        elif isinstance(owner, list | tuple):
            weigh(owner) if name in ("count", "index") else meter.spend()
        return made(super().call(context, obj, *args, **kwargs))
