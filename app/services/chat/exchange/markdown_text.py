"""A chat as Markdown: a heading for each message, reasoning and calls folded away."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from app.services.chat.exchange.labels import Labels
from app.services.chat.exchange.shown_turns import Attached, Called, Cited, Part, Reasoned, Turn, turns
from app.services.runs.export import fenced
from app.store.records import WholeChat

_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)")
# Characters that would be markup in a heading.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$])")


def markdown(chat: WholeChat, labels: Labels) -> Iterator[str]:
    """The shown branch, piece by piece; each ends with a line break."""
    yield f"# {_plain(labels.title)}\n\n*{_plain(labels.under_title)}*\n"
    for turn in turns(chat):
        yield from _turn(turn, labels)


def _turn(turn: Turn, labels: Labels) -> Iterator[str]:
    yield f"\n## {_plain(labels.who(turn.message))} · {labels.when(turn.message)}\n"
    for part in turn.parts:
        yield f"\n{_part(part, labels)}\n"
    if error := labels.error(turn.message):
        yield f"\n*{_plain(error)}*\n"


def _part(part: Part, labels: Labels) -> str:
    if isinstance(part, Reasoned):
        return _folded(labels.word("reasoning"), whole(part.text))
    if isinstance(part, Called):
        result = f"\n\n{labels.word('result')}\n\n{fenced(part.result)}" if part.result else ""
        return _folded(f"{labels.word('call')}: {part.name}", fenced(part.arguments, "json") + result)
    if isinstance(part, Attached):
        return f"*{_plain(labels.attached(part.names))}*"
    if isinstance(part, Cited):
        # With its brackets escaped none is a link or a task.
        listed = "\n".join(f"- {_plain(labels.source(source))}" for source in part.sources)
        return f"### {labels.word('sources')}\n\n{listed}"
    return whole(part.text)


def _folded(summary: str, text: str) -> str:
    inside = text.replace("</details", "&lt;/details")
    return f"<details>\n<summary>{html.escape(' '.join(summary.split()))}</summary>\n\n{inside}\n\n</details>"


def whole(text: str) -> str:
    """Markdown whose last code block is closed, so that it does not take what follows."""
    fence = ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and not found[2].strip():
            fence = ""
    return text.strip("\n") + (f"\n{fence}" if fence else "")


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
