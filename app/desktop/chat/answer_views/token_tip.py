"""What is told of one token: as a tool tip, and by a screen reader."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QCoreApplication

from app.desktop.base.theme import themes
from app.desktop.chat.answer_views.shown_tokens import percent, visible
from app.format import format_count
from app.services.chat.probabilities import TokenPiece


def tip_html(piece: TokenPiece) -> str:
    """HTML in which the words of a model are only words."""
    rows = [_row(f"<b>{_word(piece.text)}</b>", f"<b>{escape(percent(piece.probability))}</b>")]
    if piece.tokens > 1:
        rows.append(_aside(_together(piece)))
    if piece.alternatives:
        rows.append(_aside(_heading()))
    rows += [_row(_word(word), escape(percent(share))) for word, share in piece.alternatives]
    return f"<table>{''.join(rows)}</table>"


def spoken(piece: TokenPiece) -> str:
    """The same as a sentence."""
    told = [f"{visible(piece.text)}, {percent(piece.probability)}"]
    if piece.tokens > 1:
        told.append(_together(piece))
    if piece.alternatives:
        others = ", ".join(f"{visible(word)} {percent(share)}" for word, share in piece.alternatives)
        told.append(f"{_heading()}: {others}")
    return ". ".join(told)


def _heading() -> str:
    return QCoreApplication.translate("TokenTip", "Most likely instead")


def _together(piece: TokenPiece) -> str:
    words = QCoreApplication.translate("TokenTip", "{count} tokens together")
    return words.format(count=format_count(piece.tokens))


def _word(text: str) -> str:
    return escape(visible(text))


def _aside(text: str) -> str:
    return f'<tr><td colspan="2" style="color: {themes.current.muted}">{escape(text)}</td></tr>'


def _row(word: str, share: str) -> str:
    return f'<tr><td>{word}</td><td align="right" style="padding-left: 20px">{share}</td></tr>'
