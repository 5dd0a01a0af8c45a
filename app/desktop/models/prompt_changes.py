"""Where the prompts of a model differ. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import groupby

import msgspec

from engine.formats.reasoning_proof import ReasoningPrompt, compared_lines

# Longer quotations are cut in their middle.
LONGEST = 64
# Texts that differ in more parts are quoted whole.
MOST_PARTS = 3
# Marks in angle or square brackets, words, and any other character alone.
_TOKEN = re.compile(r"<[^<>\s]*>|\[[^\[\]\s]*\]|\w+|\S")


class Change(msgspec.Struct, frozen=True):
    """What one prompt says in one place instead of another; either may be ""."""

    removed: str
    added: str


class ShownPrompt(msgspec.Struct, frozen=True):
    """A prompt beside the first one: its `lines` as `compared_lines` marks them, and the `changes` in them."""

    found: ReasoningPrompt
    lines: tuple[str, ...]
    changes: tuple[Change, ...]


def shown_prompts(prompts: Sequence[ReasoningPrompt]) -> tuple[ShownPrompt, ...]:
    """Each prompt beside the first. Long ones take a while."""
    shown = []
    for each in prompts:
        lines = compared_lines(prompts[0].prompt, each.prompt)
        shown.append(ShownPrompt(each, tuple(lines), changes_in(lines)))
    return tuple(shown)


def changes_in(lines: Sequence[str]) -> tuple[Change, ...]:
    """The places in which compared lines differ by more than blanks, as little of each as reads well."""
    found: list[Change] = []
    for shared, group in groupby(lines, lambda line: line.startswith(" ")):
        if shared:
            continue
        place = list(group)
        removed, added = (
            " ".join(" ".join(line[2:] for line in place if line[0] == mark).split()) for mark in "-+"
        )
        if removed != added:
            found += _narrowed(removed, added)
    return tuple(found)


def _narrowed(removed: str, added: str) -> list[Change]:
    """The parts in which two texts differ. A word that is in the place of another is said with all that stands
    around it, where that is short: "low" alone says little."""
    before, after = (list(_TOKEN.finditer(text)) for text in (removed, added))
    matcher = SequenceMatcher(
        None, [token[0] for token in before], [token[0] for token in after], autojunk=False
    )
    parts = [
        Change(_span(removed, before[a:b]), _span(added, after[c:d]))
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    ]
    words = any(part.removed and part.added and part.added[-1] not in ">]" for part in parts)
    if (words and max(len(removed), len(added)) <= LONGEST) or len(parts) > MOST_PARTS:
        return [Change(removed, added)]
    return parts


def _span(text: str, tokens: Sequence[re.Match[str]]) -> str:
    return text[tokens[0].start() : tokens[-1].end()] if tokens else ""
