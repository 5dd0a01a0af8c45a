"""HTML by its common tags, for browsers and documents."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it.token import Token

from app.markdown.markdown import Env, Renderer


class TagRenderer(Renderer):
    """Writes quotes, headings and code by their own tags, where `Renderer` writes what QTextDocument reads."""

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        words = tokens[idx].info.split()
        return self._code(tokens[idx].content.rstrip("\n"), words[0] if words else "")

    code_block = fence

    def _code(self, text: str, language: str) -> str:
        return f"<pre><code>{escape(text)}</code></pre>\n"

    def blockquote_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return "<blockquote>"

    def blockquote_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return "</blockquote>\n"

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return f"<{self._heading(tokens[idx])}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return f"</{self._heading(tokens[idx])}>\n"

    def _heading(self, token: Token) -> str:
        return str(token.tag)
