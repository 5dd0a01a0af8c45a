"""Markdown as the text that a reader sees, and the pattern of words that are looked for in it. Without Qt."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

_FENCE = re.compile(
    r"^[ \t>]*(`{3,}|~{3,})[^\n]*\n(.*?)(?:\n?^[ \t>]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_RULE = re.compile(r"^[ \t]*(?:(?:[-*_=][ \t]*){3,}|\|?[ \t]*:?-[-: \t|]*\|[-: \t|]*)$", re.MULTILINE)
_LINE = re.compile(r"^[ \t]*(?:>[ \t]?)*(?:#{1,6}[ \t]+|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?)?", re.MULTILINE)
_ROW = re.compile(r"^\|.*$", re.MULTILINE)
# Each way begins with a character of its own: the engine passes over all others at once.
_INLINE = re.compile(
    r"`(`*)(?P<code>.+?)(?<!`)`\1(?!`)"
    r"|\$\$(?P<display>.+?)\$\$"
    r"|\$(?!\s)(?P<formula>[^$\n]+?)(?<!\s)\$(?!\d)"
    r"|\\\((?P<round>.+?)\\\)"
    r"|\\\[(?P<square>.+?)\\\]"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|\[\^[^\]\n]+\]:?"
    r"|\[(?P<label>[^\]\n]*)\]\((?:[^()\n]|\([^()\n]*\))*\)"
    r"|!(?=\[[^\]\n]*\]\()"
    r"|<(?P<address>(?:https?://|mailto:)[^>\s]+)>"
    r"|&(?P<entity>#?\w+);"
    r"|\*(?P<star>\*{0,2})"
    r"|_(?P<low>_{0,2})"
    r"|~~",
    re.DOTALL,
)
_TEXTS = ("code", "display", "formula", "round", "square", "escaped", "label", "address")


def plain(markdown: str) -> str:
    """The text of a message without its markup: what is shown, formulas as TeX."""
    parts, done = [], 0
    for fence in _FENCE.finditer(markdown):
        parts += [_prose(markdown[done : fence.start()]), fence[2]]
        done = fence.end()
    return "".join([*parts, _prose(markdown[done:])])


def _prose(text: str) -> str:
    text = _LINE.sub("", _RULE.sub("", text))
    if "|" in text:
        text = _ROW.sub(lambda row: row[0].strip(" \t|").replace("|", " "), text)
    return _INLINE.sub(_inline, text)


def _inline(found: re.Match[str]) -> str:
    kind = found.lastgroup
    if kind == "entity":
        return html.unescape(found[0])
    if kind in ("star", "low"):
        return found[0] if _is_literal(found) else ""
    return found[kind] if kind in _TEXTS else ""


def _is_literal(found: re.Match[str]) -> bool:
    """Whether such a character stands for itself: between spaces, and an underscore within a word."""
    before, after = (
        found.string[found.start() - 1 : found.start()],
        found.string[found.end() : found.end() + 1],
    )
    if not before.strip() and not after.strip():
        return True
    return found[0][0] == "_" and before.isalnum() and after.isalnum()


def pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """What matches any of these phrases, none of them empty, in any case and with any space between their words."""
    longest_first = sorted(phrases, key=len, reverse=True)
    ways = (r"\s+".join(map(re.escape, phrase.split())) for phrase in longest_first)
    return re.compile("|".join(ways), re.IGNORECASE)
