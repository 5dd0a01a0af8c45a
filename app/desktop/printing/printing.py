"""Prints chats: each is a PDF of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import msgspec

from app.desktop.base.theme import load_theme
from app.desktop.printing.pages import Pages
from app.desktop.printing.turn_html import TurnHtml
from app.services.chat.exchange.labels import Labels
from app.services.chat.exchange.shown_turns import turns
from app.store.records import WholeChat

# Characters of HTML that are laid out together.
FLOW = 60_000


def print_chat(chat: WholeChat, labels: Labels, path: Path, report: Callable[[], None]) -> bool:
    """Print the shown branch; `report` is called as it gets on. False where the file could not be written."""
    theme = msgspec.structs.replace(load_theme("light"), background="#FFFFFF")
    pages = Pages(path, labels.title, theme)
    if not pages.begin():
        return False
    held: list[str] = []
    for piece in _pieces(chat, labels, TurnHtml(labels, pages.formula, theme.code_style)):
        held.append(piece)
        if sum(map(len, held)) >= FLOW:
            pages.flow("".join(held))
            held = []
            report()
    pages.flow("".join(held))
    return pages.finish()


def _pieces(chat: WholeChat, labels: Labels, html: TurnHtml) -> Iterator[str]:
    yield f'<p class="title">{escape(labels.title)}</p><p class="about">{escape(labels.under_title)}</p>'
    for turn in turns(chat):
        yield from html.pieces(turn)
