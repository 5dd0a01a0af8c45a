"""Regular expressions of JSON schemas (ECMA-262, the subset that JSON Schema recommends) as syntax trees.

Look-around, back-references, word boundaries and case folding raise `Unsupported` with a plain reason; the
caller widens the grammar.
"""

from __future__ import annotations

import re

import msgspec

from engine.formats.grammar.gbnf.characters import complement, holds, union
from engine.formats.grammar.gbnf.rules import Ranges

MOST_NODES = 2_000
DEEPEST = 40

_DIGITS: Ranges = ((0x30, 0x39),)
_WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE: Ranges = ((0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
                  (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF))  # fmt: skip
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_NOT_NEWLINE = complement(((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)))
_CONTROLS = {"n": 0x0A, "r": 0x0D, "t": 0x09, "f": 0x0C, "v": 0x0B, "0": 0x00}
_COUNTED = re.compile(r"\{(\d{1,6})(,(\d{1,6})?)?\}")
_NAMED_GROUP = re.compile(r"\?P?<[A-Za-z_]\w*>")


class Unsupported(Exception):
    """A construct that has no counterpart in a grammar, or an expression that cannot be read."""


class Chars(msgspec.Struct, frozen=True):
    """One character of a set."""

    ranges: Ranges


class Sequence(msgspec.Struct, frozen=True):
    parts: tuple[Node, ...] = ()


class Choice(msgspec.Struct, frozen=True):
    options: tuple[Node, ...]


class Repeat(msgspec.Struct, frozen=True):
    """`most` None: without end."""

    part: Node
    least: int
    most: int | None


class Edge(msgspec.Struct, frozen=True):
    """`^` or `$`."""

    at_start: bool


Node = Chars | Sequence | Choice | Repeat | Edge
EMPTY = Sequence()
ANY_TEXT = Repeat(Chars(complement(())), 0, None)


def whole_match(pattern: str) -> Node:
    """A tree for every text in which `pattern` is found, free of edges. Raises Unsupported."""
    tree = _Reader(pattern).read()
    options = tree.options if isinstance(tree, Choice) else (tree,)
    return _choice([_anchored(option) for option in options])


def _anchored(option: Node) -> Node:
    """One top-level alternative with any text where it has no anchor."""
    parts = list(option.parts) if isinstance(option, Sequence) else [option]
    starts = bool(parts) and parts[0] == Edge(True)
    parts = parts[1:] if starts else parts
    ends = bool(parts) and parts[-1] == Edge(False)
    parts = parts[:-1] if ends else parts
    if not starts and not ends and len(parts) == 1 and isinstance(parts[0], Choice):
        return _choice([_anchored(inner) for inner in parts[0].options])  # (^a|b$)
    if any(_has_edge(part) for part in parts):
        raise Unsupported("an anchor in the middle")
    return Sequence(tuple(([] if starts else [ANY_TEXT]) + parts + ([] if ends else [ANY_TEXT])))


def _has_edge(node: Node) -> bool:
    if isinstance(node, Edge):
        return True
    if isinstance(node, Repeat):
        return _has_edge(node.part)
    inner = node.parts if isinstance(node, Sequence) else node.options if isinstance(node, Choice) else ()
    return any(_has_edge(part) for part in inner)


def may_hold(node: Node, character: str) -> bool:
    """Whether some text that matches has this character."""
    if isinstance(node, Chars):
        return holds(node.ranges, ord(character))
    if isinstance(node, Repeat):
        return may_hold(node.part, character)
    inner = node.parts if isinstance(node, Sequence) else node.options if isinstance(node, Choice) else ()
    return any(may_hold(part, character) for part in inner)


def is_nullable(node: Node) -> bool:
    """Whether it matches the empty text."""
    if isinstance(node, Sequence):
        return all(is_nullable(part) for part in node.parts)
    if isinstance(node, Choice):
        return any(is_nullable(option) for option in node.options)
    return isinstance(node, Repeat) and (node.least == 0 or is_nullable(node.part))


def not_empty(node: Node) -> Node | None:
    """The same language without the empty text; None when nothing is left.

    What is repeated must not be empty: llama.cpp takes that for left recursion.
    """
    if not is_nullable(node):
        return node
    if isinstance(node, Choice):
        options = [inner for option in node.options if (inner := not_empty(option)) is not None]
        return _choice(options) if options else None
    if isinstance(node, Repeat):
        part = not_empty(node.part)
        return None if part is None or node.most == 0 else Repeat(part, 1, node.most)
    parts = node.parts if isinstance(node, Sequence) else ()
    options = []
    for index, part in enumerate(parts):
        first = not_empty(part)
        if first is not None:
            options.append(Sequence((first, *parts[index + 1 :])))
    return _choice(options) if options else None


def _choice(options: list[Node]) -> Node:
    return options[0] if len(options) == 1 else Choice(tuple(options))


class _Reader:
    """Recursive descent over the text of one expression."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0
        self._nodes = 0

    def read(self) -> Node:
        tree = self._alternatives(0)
        if self._at < len(self._text):
            raise Unsupported("an unbalanced parenthesis")
        return tree

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        character = self._peek()
        if not character:
            raise Unsupported("an expression that ends too soon")
        self._at += 1
        return character

    def _alternatives(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise Unsupported("an expression that is nested too deep")
        options = [self._sequence(depth)]
        while self._peek() == "|":
            self._at += 1
            options.append(self._sequence(depth))
        return _choice(options)

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            self._nodes += 1
            if self._nodes > MOST_NODES:
                raise Unsupported("an expression that is too long")
            parts.append(self._quantified(self._atom(depth)))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _quantified(self, atom: Node) -> Node:
        bounds = self._bounds()
        if bounds is None:
            return atom
        least, most = bounds
        if isinstance(atom, Edge) or (most is not None and most < least):
            raise Unsupported("a repetition of nothing")
        if self._peek() == "+":
            raise Unsupported("a possessive repetition")
        if self._peek() == "?":
            self._at += 1  # how eager it is does not change what matches
        if self._bounds() is not None:
            raise Unsupported("a repetition of a repetition")
        if is_nullable(atom):
            inner = not_empty(atom)
            return EMPTY if inner is None else Repeat(inner, 0, most)
        return Repeat(atom, least, most)

    def _bounds(self) -> tuple[int, int | None] | None:
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(self._peek())
        if simple is not None:
            self._at += 1
            return simple
        counted = _COUNTED.match(self._text, self._at)
        if counted is None:
            return None
        self._at = counted.end()
        least = int(counted[1])
        if counted[2] is None:
            return least, least
        return least, int(counted[3]) if counted[3] else None

    def _atom(self, depth: int) -> Node:
        character = self._take()
        if character == "(":
            return self._group(depth)
        if character == "[":
            return Chars(self._class())
        if character == ".":
            return Chars(_NOT_NEWLINE)
        if character in "^$":
            return Edge(character == "^")
        if character == "\\":
            return Chars(self._escape(in_class=False))
        if character in "*+?":
            raise Unsupported("a repetition of nothing")
        return Chars(((ord(character), ord(character)),))

    def _group(self, depth: int) -> Node:
        if self._peek() == "?":
            named = _NAMED_GROUP.match(self._text, self._at)
            if named:
                self._at = named.end()
            elif self._text.startswith("?:", self._at):
                self._at += 2
            else:
                raise Unsupported("looking around, or a flag")
        inner = self._alternatives(depth + 1)
        if self._take() != ")":
            raise Unsupported("an unbalanced parenthesis")
        return inner

    def _escape(self, *, in_class: bool) -> Ranges:
        character = self._take()
        lower = character.lower()
        if lower in _CLASSES:
            ranges = _CLASSES[lower]
            return ranges if character == lower else complement(ranges)
        if character in _CONTROLS:
            return ((_CONTROLS[character],) * 2,)
        if character in "xu":
            return (self._code(2 if character == "x" else 4),)
        if character == "c" and self._peek().isascii() and self._peek().isalpha():
            return ((ord(self._take()) % 32,) * 2,)
        if character == "b" and in_class:
            return ((0x08, 0x08),)
        if character.isascii() and character.isalnum():
            raise Unsupported("a word boundary, a look back or a class of letters")
        return ((ord(character), ord(character)),)

    def _code(self, digits: int) -> tuple[int, int]:
        text = self._text[self._at : self._at + digits]
        if len(text) != digits or not re.fullmatch(r"[0-9A-Fa-f]+", text):
            raise Unsupported("a broken escape")
        self._at += digits
        return (int(text, 16), int(text, 16))

    def _class(self) -> Ranges:
        negated = self._peek() == "^"
        if negated:
            self._at += 1
        found: list[Ranges] = []
        while self._peek() != "]":
            first = self._class_member()
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                last = self._class_member()
                found.append(_range(first, last))
            else:
                found.append(first)
        self._at += 1
        ranges = union(*found)
        return complement(ranges) if negated else ranges

    def _class_member(self) -> Ranges:
        character = self._take()
        if character == "\\":
            return self._escape(in_class=True)
        return ((ord(character), ord(character)),)


def _range(first: Ranges, last: Ranges) -> Ranges:
    if len(first) != 1 or len(last) != 1 or first[0][0] != first[0][1] or last[0][0] != last[0][1]:
        return union(first, last, ((0x2D, 0x2D),))  # [\w-.] means the three
    if first[0][0] > last[0][0]:
        raise Unsupported("a range that runs backwards")
    return ((first[0][0], last[0][0]),)
