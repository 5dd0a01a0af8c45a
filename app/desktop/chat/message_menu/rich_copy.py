"""An answer as rich text for the clipboard: for documents and mails, which know nothing of Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it.token import Token
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QTextDocumentFragment

from app.markdown.markdown import Env, build
from app.markdown.tags import TagRenderer


class _Rich(TagRenderer):
    """Plain tags with their looks in them: where it is pasted there is no style sheet. Formulas are TeX."""

    def _code(self, text: str, language: str) -> str:
        return f'<pre style="font-family: monospace">{escape(text)}</pre>\n'

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return '<table border="1" cellspacing="0" cellpadding="4">'

    def _formula(self, token: Token, env: Env, display: bool) -> str:
        return f"<code>{escape(token.content.strip())}</code>"


_md = build(_Rich)


def rich_html(markdown: str) -> str:
    """Markdown of a model as HTML. Safe on any thread."""
    return str(_md.render(markdown, {"formulas": [], "links": [], "quotes": 0}))


def rich_data(html: str) -> QMimeData:
    """HTML for the clipboard, with its words for what takes no rich text."""
    data = QMimeData()
    data.setHtml(html)
    data.setText(QTextDocumentFragment.fromHtml(html).toPlainText())
    return data
