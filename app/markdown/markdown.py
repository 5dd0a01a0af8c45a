"""Markdown to a list of top-level blocks, without Qt.

CommonMark with tables, strikethrough, bare links, task lists, footnotes and maths (`$..$`, `$$..$$`,
`\\(..\\)`, `\\[..\\]`). The HTML is the small subset that QTextDocument reads; colours and sizes come from
the style sheet of whoever shows it. Models are not trusted: HTML is escaped, an image becomes a link to its
address, and a link keeps its address only if `is_safe_link` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import msgspec
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from app.markdown.maths_syntax import bracket_maths_plugin

Env = MutableMapping[str, Any]
SAFE_SCHEMES = frozenset({"http", "https", "mailto"})
# A quote is drawn as a table, and Qt lays tables within tables out in time that doubles with each level.
MAX_QUOTES = 3
# A longer list is more than one block, so that no widget has to lay out all of it at once.
MAX_ITEMS = 40
# The parser replaces NUL in what it reads, so a marker can never come from a message.
FORMULA_MARK = re.compile("\x00([0-9]+)\x00")


class Formula(msgspec.Struct, frozen=True):
    """TeX without its delimiters. `display`: on a line of its own, in the larger style."""

    tex: str
    display: bool = False


class Prose(msgspec.Struct, frozen=True, tag=True):
    """HTML of one or more blocks of text; `FORMULA_MARK` number n stands where `formulas[n]` goes."""

    html: str
    formulas: tuple[Formula, ...] = ()


class Code(msgspec.Struct, frozen=True, tag=True):
    """A fenced or indented block. `closed` is False while its closing fence has not come."""

    language: str
    text: str
    closed: bool = True


Block = Prose | Code


def is_safe_link(address: str) -> bool:
    """Whether an address may be offered to open: http, https or mailto, with something behind the scheme."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme.lower() in SAFE_SCHEMES and bool(parts.netloc or parts.path)


class Renderer(RendererHTML):
    """HTML for QTextDocument. Formulas are collected in `env["formulas"]`."""

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        token = tokens[idx]
        source = str(token.attrGet("src") or "")
        label = escapeHtml(self.renderInlineAsText(token.children, options, env) or source)
        return f'<a href="{escapeHtml(source)}">{label}</a>' if is_safe_link(source) else label

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        address = str(tokens[idx].attrGet("href") or "")
        env["links"].append(is_safe_link(address))
        return f'<a href="{escapeHtml(address)}">' if env["links"][-1] else ""

    def link_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return "</a>" if env["links"].pop() else ""

    def html_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        # With HTML off these tokens come from the task lists alone.
        return "☑ " if "checked=" in tokens[idx].content else "☐ "

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        text = escapeHtml(tokens[idx].content.rstrip("\n"))
        return f'<table class="pre" width="100%"><tr><td class="pre"><pre>{text}</pre></td></tr></table>'

    code_block = fence

    def blockquote_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        env["quotes"] += 1
        return (
            '<table class="quote" width="100%"><tr><td class="quote">' if env["quotes"] <= MAX_QUOTES else ""
        )

    def blockquote_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        env["quotes"] -= 1
        return "</td></tr></table>" if env["quotes"] < MAX_QUOTES else ""

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return '<table class="data" width="100%" cellspacing="0">'

    def th_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        token = tokens[idx]
        # Qt drops the style sheet's borders from a cell with a style of its own.
        side = str(token.attrGet("style") or "text-align:left").removeprefix("text-align:")
        # An opening tag, its text, its closing tag: then the next cell or the end of the row.
        last = idx + 3 < len(tokens) and tokens[idx + 3].type == "tr_close"
        return f'<{token.tag} class="last" align="{side}">' if last else f'<{token.tag} align="{side}">'

    td_open = th_open

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        # Not <h1>: Qt makes that larger than the size that the style sheet gives.
        return f'<p class="{tokens[idx].tag}">'

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return "</p>\n"

    def hr(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return "<hr />"

    def _formula(self, token: Token, env: Env, display: bool) -> str:
        formulas: list[Formula] = env["formulas"]
        formulas.append(Formula(token.content.strip(), display))
        return f"\x00{len(formulas) - 1}\x00"

    def math_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return self._formula(tokens[idx], env, display=False)

    def math_inline_double(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return self._formula(tokens[idx], env, display=True)

    def math_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return f'<p class="formula" align="center">{self._formula(tokens[idx], env, display=True)}</p>'

    def math_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return f"<p><code>{escapeHtml(tokens[idx].content)}</code></p>"

    def footnote_ref(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return f"<sup>{tokens[idx].meta['id'] + 1}</sup>"

    def footnote_block_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return '<hr /><ol class="footnotes">'

    def footnote_block_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return "</ol>"

    def footnote_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return '<li class="footnote">'

    def footnote_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return "</li>"

    def footnote_anchor(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return ""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern that linkify-it gives to `re` as a text. Colors of code push it out of the patterns that `re` keeps,
    and to compile it takes 8 ms."""
    return re.compile(pattern, re.IGNORECASE)


def build(renderer_cls: type[Renderer] = Renderer, *, html: bool = False) -> MarkdownIt:
    """A parser with all that messages may use. With `html` the renderer is given tags too, and answers for them."""
    md = MarkdownIt("commonmark", {"html": html, "linkify": True}, renderer_cls=renderer_cls)
    md.enable(["table", "strikethrough", "linkify"])
    if md.linkify is None:
        raise RuntimeError("linkify-it-py is missing")
    # Only addresses written with their scheme: "main.rs" and "3.11" are no links.
    md.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    links = md.linkify
    links.pretest = lambda text: bool(_compiled(links.re["pretest"]).search(text))
    md.use(
        dollarmath_plugin,
        allow_labels=False, allow_space=False, allow_digits=False, allow_blank_lines=False,
        double_inline=True,
    )  # fmt: skip
    md.use(bracket_maths_plugin)
    md.use(tasklists_plugin)
    md.use(footnote_plugin)
    # The plugins register HTML of their own for these; the methods above are meant.
    renderer = md.renderer
    if isinstance(renderer, Renderer):
        renderer.rules.update(
            {name: getattr(renderer, name) for name in renderer.rules if hasattr(type(renderer), name)}
        )
    return md


_md = build()


def _top_level(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The tokens of each top-level block."""
    start = depth = 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            group = tokens[start : index + 1]
            start = index + 1
            if group[0].type in ("bullet_list_open", "ordered_list_open"):
                yield from _split_list(group)
            else:
                yield group


def _split_list(group: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """A long list as lists of at most `MAX_ITEMS` items, numbered on."""
    opening, closing = group[0], group[-1]
    starts = [i for i, token in enumerate(group) if token.type == "list_item_open" and token.level == 1]
    for first in range(0, len(starts), MAX_ITEMS):
        end = starts[first + MAX_ITEMS] if first + MAX_ITEMS < len(starts) else len(group) - 1
        head = opening.copy(attrs=dict(opening.attrs))
        if opening.type == "ordered_list_open":
            head.attrSet("start", int(opening.attrGet("start") or 1) + first)
        yield [head, *group[starts[first] : end], closing]


def _code(token: Token, lines: Sequence[str]) -> Code:
    if token.type == "code_block" or token.map is None:
        return Code("", token.content.rstrip("\n"))
    first, end = token.map
    closing = lines[end - 1].strip() if end - 1 < len(lines) else ""
    closed = end - 1 > first and set(closing) == {token.markup[0]} and len(closing) >= len(token.markup)
    words = token.info.split()
    return Code(words[0] if words else "", token.content.removesuffix("\n"), closed)


def blocks_of(tokens: Sequence[Token], text: str, md: MarkdownIt = _md) -> tuple[Block, ...]:
    """The blocks of `text` that `md` has parsed."""
    lines = text.split("\n")
    blocks: list[Block] = []
    for group in _top_level(tokens):
        if group[0].type in ("fence", "code_block"):
            blocks.append(_code(group[0], lines))
            continue
        env: Env = {"formulas": [], "links": [], "quotes": 0}
        html = md.renderer.render(group, md.options, env)
        blocks.append(Prose(html, tuple(env["formulas"])))
    return tuple(blocks)


def tokens_of(text: str, *, streaming: bool = False) -> list[Token]:
    """The tokens of `text`. `streaming`: a display formula that is not closed takes what follows it."""
    return _md.parse(text, {"open_maths": streaming})


def parse(text: str) -> tuple[Block, ...]:
    """All blocks of a whole message."""
    return blocks_of(tokens_of(text), text)
