"""Grammar of JSON Schema strings: lengths, patterns and formats, quoted or bare."""

from __future__ import annotations

from engine.formats.grammar.gbnf.characters import Spelling, complement, one_of, union
from engine.formats.grammar.gbnf.regexes import (
    Chars,
    Choice,
    Node,
    Repeat,
    Sequence,
    Unsupported,
    whole_match,
)
from engine.formats.grammar.gbnf.rules import Rules, alternatives

_MOST_PLACES = 2_000
_ANYTHING = Chars(complement(()))

_DATE = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME = (
    r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_HEX = "[0-9A-Fa-f]"
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# RFC 3339 (dates and times), RFC 9562 (UUID), RFC 2673 (IPv4), RFC 1123 (host names); an address of mail is
# the part of RFC 5321 that people use.
FORMATS = {
    "date": f"^{_DATE}$",
    "time": f"^{_TIME}$",
    "date-time": f"^{_DATE}[Tt]{_TIME}$",
    "uuid": f"^{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}$",
    "ipv4": f"^{_BYTE}\\.{_BYTE}\\.{_BYTE}\\.{_BYTE}$",
    "hostname": f"^{_LABEL}(?:\\.{_LABEL})*$",
    "email": rf"^[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{_LABEL}(?:\.{_LABEL})*$",
}


def any_characters(rules: Rules, spelling: Spelling, least: int = 0, most: int | None = None) -> str:
    """Symbols for any text of so many characters."""
    return rules.repeat(one_of(rules, _ANYTHING.ranges, spelling), least, most)


def matching(rules: Rules, pattern: str, spelling: Spelling) -> str:
    """Symbols for every text in which the regular expression is found. Raises regexes.Unsupported."""
    return tree_body(rules, pattern_tree(pattern), spelling)


def pattern_tree(pattern: str) -> Node:
    """As `whole_match`, for a pattern that a text can be followed in: of counted repetitions within each other, each
    character may belong to any of them. Raises regexes.Unsupported."""
    tree = whole_match(pattern)
    if _places(tree) > _MOST_PLACES:
        raise Unsupported("too many repetitions within each other")
    return tree


def _places(node: Node) -> int:
    """The product of the counts of repetitions that lie within each other, at its greatest."""
    if isinstance(node, Repeat):
        return max(1, node.least if node.most is None else node.most) * _places(node.part)
    parts = node.parts if isinstance(node, Sequence) else node.options if isinstance(node, Choice) else ()
    return max(map(_places, parts), default=1)


def tree_body(rules: Rules, node: Node, spelling: Spelling) -> str:
    """Symbols for what a tree of `whole_match` matches."""
    if isinstance(node, Chars):
        return one_of(rules, node.ranges, spelling)
    if isinstance(node, Sequence):
        return " ".join(tree_body(rules, _as_class(part), spelling) for part in node.parts) or '""'
    if isinstance(node, Choice):
        return rules.add(
            "choice", alternatives([tree_body(rules, option, spelling) for option in node.options])
        )
    if isinstance(node, Repeat):
        part = tree_body(rules, node.part, spelling)
        symbol = part if isinstance(node.part, Chars | Choice) else rules.add("part", part)
        return rules.repeat(symbol, node.least, node.most)
    raise AssertionError(node)


def _as_class(node: Node) -> Node:
    """Merge a choice between single characters into one class."""
    if isinstance(node, Choice) and all(isinstance(option, Chars) for option in node.options):
        return Chars(union(*(option.ranges for option in node.options if isinstance(option, Chars))))
    return node
