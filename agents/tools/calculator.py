"""The calculator tool: evaluates Python's expression grammar, exact with fractions."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from agents.api import Outcome
from agents.permissions.values import ToolFacts
from agents.tools.function_tool import ToolTrouble, tool

Number = Fraction | float

_LONGEST = 2000  # letters of an expression
_DEEPEST = 100
_MOST_BITS = 20_000  # of a numerator or denominator: some 6000 digits
_MOST_FACTORIAL = 2000
_DIGITS = 15
_READ_AS = str.maketrans({"×": "*", "÷": "/", "−": "-", "π": "pi", "·": "*", "，": ","})

_CONSTANTS: dict[str, Number] = {"pi": math.pi, "e": math.e, "tau": math.tau}


def _whole(value: Number, name: str) -> int:
    if isinstance(value, float) and value.is_integer():
        value = Fraction(value)
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    raise ToolTrouble(f"{name} takes whole numbers.")


def _of_whole(name: str, function: Callable[..., int], most: int) -> Callable[..., Number]:
    def computed(*values: Number) -> Number:
        whole = [_whole(value, name) for value in values]
        if any(abs(value) > most for value in whole):
            raise ToolTrouble(f"{name} takes numbers up to {most}.")
        return Fraction(function(*whole))

    return computed


def _of_floats(function: Callable[..., float]) -> Callable[..., Number]:
    return lambda *values: function(*(float(value) for value in values))


def _rounded(value: Number, digits: Number = Fraction(0)) -> Number:
    """Round half away from zero, as at school."""
    scale = Fraction(10) ** max(-300, min(300, _whole(digits, "round")))
    scaled = math.floor(abs(Fraction(value)) * scale + Fraction(1, 2))
    return Fraction(scaled if value >= 0 else -scaled) / scale


def _root(value: Number) -> Number:
    """Exact where the root is a fraction, else the nearest float."""
    exact = Fraction(value) if math.isfinite(value) else Fraction(-1)
    if exact >= 0:
        above, below = math.isqrt(exact.numerator), math.isqrt(exact.denominator)
        if above**2 == exact.numerator and below**2 == exact.denominator:
            return Fraction(above, below)
    return math.sqrt(value)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "sum": lambda *values: sum(values, Fraction(0)),
    "round": _rounded,
    "floor": lambda value: Fraction(math.floor(value)),
    "ceil": lambda value: Fraction(math.ceil(value)),
    "trunc": lambda value: Fraction(math.trunc(value)),
    "sqrt": _root,
    "factorial": _of_whole("factorial", math.factorial, _MOST_FACTORIAL),
    "comb": _of_whole("comb", math.comb, _MOST_FACTORIAL),
    "perm": _of_whole("perm", math.perm, _MOST_FACTORIAL),
    "gcd": _of_whole("gcd", math.gcd, 2**_MOST_BITS),
    "lcm": _of_whole("lcm", math.lcm, 2**512),
    **{
        name: _of_floats(getattr(math, name))
        for name in (
            "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "exp", "log", "log2",
            "log10", "cbrt", "hypot", "degrees", "radians",
        )
    },
    "ln": _of_floats(math.log),
}  # fmt: skip

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: lambda one, other: Fraction(one // other),
    ast.Mod: operator.mod,
}


@tool(facts=ToolFacts(read_only=True, destructive=False, timeout_s=10))
def calculator(expression: str) -> Outcome:
    """Compute an arithmetic expression exactly.

    Args:
        expression: Numbers with + - * / // % ** and parentheses, and functions such as sqrt, round, log, sin, min,
            max, sum, factorial, comb; pi and e are known. Example: "round(1234.5 * 1.1, 2)".
    """
    text = written(evaluate(expression))
    return Outcome(text, summary=text if len(text) <= 30 else "")


def evaluate(expression: str) -> Number:
    """The value; fractions are exact. Raises ToolTrouble for what cannot be computed."""
    if len(expression) > _LONGEST:
        raise ToolTrouble(f"The expression is longer than {_LONGEST} letters.")
    text = expression.translate(_READ_AS).strip().removesuffix("=").strip()
    try:
        tree = ast.parse(text, mode="eval")
        return _value(tree.body, text, 0)
    except ZeroDivisionError as error:
        raise ToolTrouble("That divides by zero.") from error
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ToolTrouble(f"'{expression}' is no arithmetic expression.") from error
    except (OverflowError, ValueError, TypeError) as error:
        raise ToolTrouble(f"That cannot be computed: {error}.") from error


def _value(node: ast.expr, text: str, depth: int) -> Number:
    if depth > _DEEPEST:
        raise ToolTrouble("The expression is nested too deeply.")
    if isinstance(node, ast.Constant):
        return _constant(node, text)
    if isinstance(node, ast.Name):
        if node.id in _CONSTANTS:
            return _CONSTANTS[node.id]
        raise ToolTrouble(f"'{node.id}' is not known. Known are {', '.join(_CONSTANTS)} and functions.")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
        value = _value(node.operand, text, depth + 1)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        one, other = _value(node.left, text, depth + 1), _value(node.right, text, depth + 1)
        if isinstance(node.op, ast.Pow | ast.BitXor):  # "^" is a power to everybody but programmers
            return _bounded(_power(one, other))
        if type(node.op) in _OPERATORS:
            return _bounded(_OPERATORS[type(node.op)](one, other))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _bounded(_call(node.func.id, [_value(each, text, depth + 1) for each in _arguments(node)]))
    if isinstance(node, ast.Tuple):
        raise ToolTrouble("Write numbers without commas between the digits, and one expression at a time.")
    raise ToolTrouble(f"'{ast.unparse(node)[:80]}' is not arithmetic.")


def _constant(node: ast.Constant, text: str) -> Number:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise ToolTrouble(f"{node.value!r} is no number.")
    if isinstance(node.value, int):
        return _bounded(Fraction(node.value))
    if not math.isfinite(node.value) or abs(math.log10(abs(node.value) or 1)) > _MOST_BITS / 4:
        raise ToolTrouble("That number is too large.")
    # The literal as written, not the nearest float: 0.1 is a tenth.
    return _bounded(Fraction((ast.get_source_segment(text, node) or str(node.value)).replace("_", "")))


def _arguments(node: ast.Call) -> list[ast.expr]:
    """The arguments; those of one list are spread (`sum([1, 2])`)."""
    if len(node.args) == 1 and isinstance(node.args[0], ast.List | ast.Tuple):
        return list(node.args[0].elts)
    return list(node.args)


def _call(name: str, values: list[Number]) -> Number:
    function = _FUNCTIONS.get(name)
    if function is None:
        raise ToolTrouble(f"There is no function '{name}'. Known are {', '.join(sorted(_FUNCTIONS))}.")
    result: Number = function(*values)
    return result


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
        bits = max(base.numerator.bit_length(), base.denominator.bit_length())
        if bits <= 1 or bits * abs(exponent.numerator) <= _MOST_BITS:
            return base**exponent.numerator
        raise ToolTrouble("That number has too many digits.")
    result: Any = float(base) ** float(exponent)
    if not isinstance(result, float):
        raise ToolTrouble("That has no real value.")
    return result


def _bounded(value: Any) -> Number:
    if isinstance(value, int):
        value = Fraction(value)
    if isinstance(value, Fraction):
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS:
            raise ToolTrouble("That number has too many digits.")
        return value
    if not isinstance(value, float) or not math.isfinite(value):
        raise ToolTrouble("That has no finite value.")
    return value


def written(value: Number) -> str:
    """A whole number in full, any other as a decimal with 15 significant digits."""
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return _digits(value.numerator)
        if value.denominator.bit_length() < 200 and _is_decimal(value.denominator):
            places = next(n for n in range(1, 700) if (value * 10**n).denominator == 1)
            if places <= 2 * _DIGITS:
                scaled = value * 10**places
                sign, digits = "-" if scaled < 0 else "", str(abs(scaled.numerator)).zfill(places + 1)
                return f"{sign}{digits[:-places]}.{digits[-places:]}"
        try:
            value = float(value)
        except OverflowError:
            return _digits(round(value))
    return f"{value:.{_DIGITS}g}"


def _is_decimal(denominator: int) -> bool:
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1


def _digits(value: int) -> str:
    """All digits, also of numbers longer than `str` writes at once (4300 digits)."""
    sign, value, parts = "-" if value < 0 else "", abs(value), list[str]()
    while value >= 10**4000:
        value, rest = divmod(value, 10**4000)
        parts.append(str(rest).zfill(4000))
    return sign + str(value) + "".join(reversed(parts))
