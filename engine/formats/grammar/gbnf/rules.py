"""Builder of one grammar's rules, and the spelling of texts in GBNF.

llama.cpp expands `x{m,n}` into n rules and refuses a product of more than 2,000; what is repeated here is
always one symbol, and the expansions are counted. A grammar that grows past its budget says so (`is_full`),
and who builds it writes something wider from then on.
"""

from __future__ import annotations

import re

MOST_RULES = 4_000
MOST_CHARACTERS = 300_000
MOST_EXPANDED = 40_000
MOST_REPEATS = 2_000

_PLAIN_IN_LITERAL = frozenset(map(chr, range(0x20, 0x7F))) - {'"', "\\"}
_PLAIN_IN_CLASS = re.compile(r"[A-Za-z0-9]")

# Rules of any value of a notation, which refer to one another by these names.
_SHARED = ("value", "member", "object", "item", "array", "string")

Ranges = tuple[tuple[int, int], ...]


def literal(text: str) -> str:
    """The text itself, as one GBNF symbol."""
    return '"' + "".join(c if c in _PLAIN_IN_LITERAL else _escaped(ord(c)) for c in text) + '"'


def char_class(ranges: Ranges, *, negated: bool = False) -> str:
    """Any one character of the ranges (code points, ends included), or any other one."""
    parts = []
    for low, high in ranges:
        parts.append(_in_class(low) if low == high else f"{_in_class(low)}-{_in_class(high)}")
    return f"[{'^' if negated else ''}{''.join(parts)}]"


def _in_class(code: int) -> str:
    return chr(code) if _PLAIN_IN_CLASS.match(chr(code)) else _escaped(code)


def _escaped(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


class Rules:
    """Named rules. Equal bodies share a rule; a name can be reserved before its body is known."""

    def __init__(self) -> None:
        self._bodies: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._reserved = {
            "root",
            *(f"{kind}-{part}" for kind in ("json", "python", "braced") for part in _SHARED),
        }
        self._characters = 0
        self._expanded = 0
        self.loosened = 0  # bounds of repetitions that were not kept

    @property
    def is_full(self) -> bool:
        return (
            len(self._bodies) >= MOST_RULES
            or self._characters >= MOST_CHARACTERS
            or self._expanded >= MOST_EXPANDED
        )

    @property
    def room(self) -> int:
        """The number of characters that may still be written."""
        return max(0, MOST_CHARACTERS - self._characters)

    def add(self, hint: str, body: str) -> str:
        """The name of the rule with this body. A body that is a rule's name already is that rule."""
        if body in self._bodies:
            return body
        known = self._names.get(body)
        if known is not None:
            return known
        name = self.reserve(hint)
        self.define(name, body)
        return name

    def has(self, name: str) -> bool:
        return name in self._bodies

    def reserve(self, hint: str) -> str:
        """A name of its own for a rule that refers to itself; `define` must follow."""
        base = re.sub(r"[^a-z0-9]+", "-", hint.lower())[:40].strip("-") or "rule"
        name, number = base, 1
        while name in self._reserved:
            number += 1
            name = f"{base}-{number}"
        self._reserved.add(name)
        return name

    def define(self, name: str, body: str) -> None:
        self._bodies[name] = body
        self._names.setdefault(body, name)
        self._characters += len(name) + len(body)

    def repeat(self, symbol: str, least: int, most: int | None) -> str:
        """`symbol` (one rule, class or literal) so many times; no upper end where it is out of reach."""
        out_of_reach = least > MOST_REPEATS or (most or 0) > MOST_REPEATS
        self.loosened += out_of_reach or self._expanded + (most or 0) > MOST_EXPANDED
        least = min(least, MOST_REPEATS)
        if most is None or most > MOST_REPEATS or self._expanded + most > MOST_EXPANDED:
            self._expanded += least
            return symbol + ("*" if least == 0 else "+" if least == 1 else f"{{{least},}}")
        self._expanded += most
        if most == 0:
            return '""'
        if least == most:
            return symbol if most == 1 else f"{symbol}{{{most}}}"
        return symbol + ("?" if (least, most) == (0, 1) else f"{{{least},{most}}}")

    def text(self, root: str) -> str:
        """The whole grammar; llama.cpp starts with the rule named `root`."""
        lines = [f"root ::= {root}", *(f"{name} ::= {body}" for name, body in self._bodies.items())]
        return "\n".join(lines) + "\n"


def alternatives(bodies: list[str]) -> str:
    """One of the bodies, each once, in their order."""
    return " | ".join(dict.fromkeys(bodies))
