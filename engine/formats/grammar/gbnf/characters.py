"""Character sets and their spellings: literal, or inside a JSON string."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto

from engine.formats.grammar.gbnf.rules import Ranges, Rules, alternatives, char_class, literal

LAST = 0x10FFFF
_SURROGATES = ((0xD800, 0xDFFF),)
# Escapes of RFC 8259, section 7. A slash may be escaped and need not be.
_SHORT_ESCAPES = {0x22: '"', 0x5C: "\\", 0x08: "b", 0x0C: "f", 0x0A: "n", 0x0D: "r", 0x09: "t", 0x2F: "/"}
_MUST_ESCAPE: Ranges = ((0x00, 0x1F), (0x5C, 0x5C))
_MOST_SPELLED_OUT = 16


class Spelling(Enum):
    """The context of the characters."""

    JSON = auto()  # inside the quotes of a JSON string
    SINGLE = auto()  # inside the single quotes of a Python string
    RAW = auto()  # as they are


def union(*sets: Ranges) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(pair for ranges in sets for pair in ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def complement(ranges: Ranges) -> Ranges:
    """All other characters except surrogates."""
    result, start = [], 0
    for low, high in union(ranges, _SURROGATES):
        if start < low:
            result.append((start, low - 1))
        start = high + 1
    if start <= LAST:
        result.append((start, LAST))
    return tuple(result)


def without(ranges: Ranges, removed: Ranges) -> Ranges:
    return complement(union(complement(ranges), removed))


def holds(ranges: Ranges, code: int) -> bool:
    return any(low <= code <= high for low, high in ranges)


def prefix_tree(words: Iterable[str]) -> tuple[list[dict[str, int]], set[int]]:
    """The words' common prefixes: of each state (0 is the root) the next by character, and where words end."""
    states: list[dict[str, int]] = [{}]
    ends = set()
    for word in words:
        state = 0
        for character in word:
            if character not in states[state]:
                states[state][character] = len(states)
                states.append({})
            state = states[state][character]
        ends.add(state)
    return states, ends


def one_of(rules: Rules, ranges: Ranges, spelling: Spelling) -> str:
    """A symbol for one character of the set; an empty set matches nothing."""
    if spelling is Spelling.RAW:
        return char_class(without(ranges, ((0, 0),))) if ranges else _nothing()
    return rules.add("char", _in_quotes(rules, ranges, "'" if spelling is Spelling.SINGLE else '"'))


def _nothing() -> str:
    return char_class(((0, 0),))  # llama.cpp never sees a NUL


def _in_quotes(rules: Rules, ranges: Ranges, quote: str) -> str:
    plain = without(ranges, (*_MUST_ESCAPE, (ord(quote), ord(quote))))
    if quote == "'" and holds(ranges, 0x0A):
        plain = union(plain, ((0x0A, 0x0A),))  # templates write line ends into Python's strings as they are
    bodies = [char_class(plain)] if plain else []
    escapes = {**_SHORT_ESCAPES, ord(quote): quote}
    short = "".join(text for code, text in escapes.items() if holds(ranges, code))
    if short:
        bodies.append(f'"\\\\" {char_class(tuple((ord(c), ord(c)) for c in sorted(short)))}')
    for high in (0, 1):
        lows = [low for low in range(16) if holds(ranges, high * 16 + low)]
        if lows:
            bodies.append(f'"\\\\u00{high}" {_digit_class(lows)}')
    if holds(ranges, 0x80) and holds(ranges, LAST):
        everything = len(complement(ranges)) == 0
        bodies.append(f'"\\\\u" {_any_escaped(rules) if everything else _escaped_beyond_ascii(rules)}')
        if holds(ranges, 0x7F) and not everything:
            bodies.append(_escape_of(rules, 0x7F))
    else:
        bodies += [_escape_of(rules, code) for code in _few_beyond_ascii(ranges)]
    return alternatives(bodies) if bodies else _nothing()


def _few_beyond_ascii(ranges: Ranges) -> list[int]:
    beyond = without(ranges, ((0, 0x7E),))  # DEL is written as it is or escaped, like them
    if sum(high - low + 1 for low, high in beyond) > _MOST_SPELLED_OUT:
        return []
    return [code for low, high in beyond for code in range(low, high + 1)]


def hex_digit(rules: Rules) -> str:
    return rules.add("hex", "[0-9A-Fa-f]")


def _any_escaped(rules: Rules) -> str:
    """The rest of `\\uXXXX` for any character."""
    x = hex_digit(rules)
    return rules.add("escaped-any", f'"00" [0-7] {x} | {_escaped_beyond_ascii(rules)}')


def _escaped_beyond_ascii(rules: Rules) -> str:
    """The rest of `\\uXXXX` for any character from U+0080 on; beyond U+FFFF it is a whole surrogate pair."""
    x = hex_digit(rules)
    low = f'"00" [89A-Fa-f] {x} | "0" [1-9A-Fa-f] {x} {x} | [1-9A-CEFa-cef] {x} {x} {x} | [dD] [0-7] {x} {x}'
    pair = f'[dD] [89ABab] {x} {x} "\\\\u" [dD] [C-Fc-f] {x} {x}'
    return rules.add("escaped", f"{low} | {pair}")


def _digit_class(values: list[int]) -> str:
    """One hexadecimal digit, in either case, of these values."""
    digits = {c for value in values for c in f"{value:x}{value:X}"}
    return char_class(union(tuple((ord(c), ord(c)) for c in digits)))


def _escape_of(rules: Rules, code: int) -> str:
    """`\\uXXXX` of one character, in either case of its digits."""
    units = [code] if code < 0x10000 else [0xD800 + ((code - 0x10000) >> 10), 0xDC00 + (code & 0x3FF)]
    return " ".join(f'"\\\\u" {_digits(f"{unit:04x}")}' for unit in units)


def _digits(text: str) -> str:
    return " ".join(literal(c) if c.isdigit() else f"[{c.upper()}{c}]" for c in text)


def written(rules: Rules, text: str, spelling: Spelling) -> str:
    """Symbols that read exactly this text. In quotes each character may be written in its usual ways."""
    if spelling is Spelling.RAW:
        return literal(text)
    parts: list[str] = []
    plain = ""
    for character in text:
        code = ord(character)
        if 0x20 <= code < 0x7F and character not in "\"'\\/":
            plain += character
            continue
        if plain:
            parts.append(literal(plain))
            plain = ""
        parts.append(one_of(rules, ((code, code),), spelling))
    if plain or not parts:
        parts.append(literal(plain))
    return " ".join(parts)
