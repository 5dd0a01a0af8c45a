"""A format's fixed texts, with tolerance for white space."""

from __future__ import annotations

import re

from engine.formats.grammar.gbnf.rules import Rules, alternatives, literal

# White space may be other or none: where a text has some, and between two tags.
_PLACE = re.compile(r"(\s+|(?<=>)(?=<))")


def gap(rules: Rules, usual: str = "") -> str:
    """White space of a format: as its template has it, or another short one, or none."""
    return rules.add("gap", alternatives([literal(usual)] * bool(usual) + ['"\\n"', '" "', '"\\n\\n"', '""']))


def flexible(rules: Rules, text: str, *, before: bool = False, after: bool = False) -> str:
    """Symbols for `text`. `before`, `after`: white space may stand there even where the text has none."""
    parts = _PLACE.split(text)
    symbols: list[str] = [gap(rules)] if before and parts[0] else []
    for index, part in enumerate(parts):
        if index % 2:
            symbols.append(gap(rules, part))
        elif part:
            symbols.append(literal(part))
    if after and parts[-1]:
        symbols.append(gap(rules))
    return " ".join(symbols) or '""'
