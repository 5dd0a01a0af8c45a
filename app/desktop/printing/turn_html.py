"""A message of a chat as HTML for QTextDocument."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape

from pygments.formatters import HtmlFormatter

from app.markdown.markdown import FORMULA_MARK, Code, Formula, parse
from app.services.chat.exchange.html_text import MAX_MARKDOWN, colored
from app.services.chat.exchange.labels import Labels
from app.services.chat.exchange.shown_turns import Attached, Called, Cited, Part, Reasoned, Turn

# What stands for a formula in a document.
Drawn = Callable[[Formula], str]
# Characters of one block: Qt lays a block out as a whole.
MAX_BLOCK = 20_000
_SPACES = re.compile(r" (?= )|^ ", re.MULTILINE)


class TurnHtml:
    """Turns of one chat. `code_style` is a style of Pygments."""

    def __init__(self, labels: Labels, drawn: Drawn, code_style: str) -> None:
        self._labels, self._drawn = labels, drawn
        self._colors = HtmlFormatter(nowrap=True, noclasses=True, style=code_style)

    def pieces(self, turn: Turn) -> Iterator[str]:
        """The message in pieces that each stand for themselves, its author first."""
        message = turn.message
        who, when = escape(self._labels.who(message)), self._labels.when(message)
        head = f'<p class="who">{who} <span class="when">{when}</span></p>'
        for part in turn.parts:
            for piece in self._part(part, typed=message.role != "assistant"):
                yield head + piece
                head = ""
        if error := self._labels.error(message):
            yield f'{head}<p class="error">{escape(error)}</p>'
            head = ""
        if head:
            yield head

    def _part(self, part: Part, *, typed: bool) -> Iterator[str]:
        if isinstance(part, Reasoned):
            yield self._note(self._labels.word("reasoning"))
            for piece in _plain(part.text):
                yield f'<div class="quiet">{piece}</div>'
        elif isinstance(part, Called):
            yield self._note(f"{self._labels.word('call')}: {part.name}") + self._code(part.arguments, "json")
            if part.result:
                yield self._note(self._labels.word("result"))
                yield from (self._code(text, "") for text in _cut(part.result))
        elif isinstance(part, Attached):
            yield self._note(self._labels.attached(part.names))
        elif isinstance(part, Cited):
            yield self._note(self._labels.word("sources"))
            yield from (self._note(self._labels.source(source)) for source in part.sources)
        elif typed or len(part.text) > MAX_MARKDOWN:
            yield from _plain(part.text)
        else:
            yield from self._markdown(part.text)

    def _note(self, words: str) -> str:
        return f'<p class="note">{escape(words)}</p>'

    def _markdown(self, text: str) -> Iterator[str]:
        for block in parse(text):
            if isinstance(block, Code):
                yield from (self._code(piece, block.language) for piece in _cut(block.text))
            else:
                drawn = [self._drawn(formula) for formula in block.formulas]
                yield FORMULA_MARK.sub(lambda mark: drawn[int(mark[1])], block.html)  # noqa: B023

    def _code(self, text: str, language: str) -> str:
        inside = colored(text, language, self._colors)
        return f'<table class="pre" width="100%"><tr><td class="pre"><pre>{inside}</pre></td></tr></table>'


def _plain(text: str) -> Iterator[str]:
    """A text with its own lines and spaces."""
    for piece in _cut(text.strip("\n")):
        kept = _SPACES.sub("\N{NO-BREAK SPACE}", escape(piece.expandtabs(4)))
        yield f"<p>{kept.replace(chr(10), '<br>')}</p>"


def _cut(text: str) -> Iterator[str]:
    """A text in pieces of whole lines, where they are not too long themselves."""
    while len(text) > MAX_BLOCK:
        end = text.rfind("\n", MAX_BLOCK // 2, MAX_BLOCK)
        end = end if end > 0 else MAX_BLOCK
        yield text[:end]
        text = text[end:].removeprefix("\n")
    yield text
