"""A model card as blocks to show, without Qt.

Cards are written for a web page, by whoever uploads a model, and are not to be trusted. What they bring of HTML is
cut down to what text is made of: emphasis, links, lists, tables (`safe_html`). Pictures, styles, scripts and all
else that could load or run something is left out, and the words in them stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from app.desktop.markdown.safe_html import SILENT, safe_html
from app.desktop.markdown.safe_tags import escaped_text, inline_tag
from app.markdown.markdown import Block, Code, Env, Renderer, blocks_of, build, is_safe_link

# The settings of the hub at the head of a card.
FRONT_MATTER = re.compile(r"\A\s*---\s*\n.*?\n---\s*(?:\n|\Z)", re.DOTALL)
SILENT_TAG = re.compile(r"<(/?)([a-zA-Z]+)")
# A longer card is cut: nobody reads more than this beside a list, and it must be laid out.
MAX_CARD = 60_000
# What is parsed at a time: a screen or two. Nobody has to wait for what is further down.
PIECE = 8_000
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t]*\S.*$", re.MULTILINE)
MAX_CODE = 12_000
MAX_ROWS = 40


class CardText(msgspec.Struct, frozen=True):
    """A card in pieces of Markdown. `cut`: there is more of it on the model page."""

    pieces: tuple[str, ...]
    cut: bool = False


class CardRenderer(Renderer):
    """As messages are rendered, with HTML made safe, pictures as their words, and headings one size down."""

    def renderInline(self, tokens: Sequence[Token], options: OptionsDict, env: Any) -> str:
        env["open"] = []
        html = super().renderInline(_spoken(tokens), options, env)
        return html + "".join(f"</{tag}>" for tag in reversed(env["open"]) if tag)

    def html_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return inline_tag(tokens[idx].content, env["open"])

    def html_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return safe_html(tokens[idx].content)

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        token = tokens[idx]
        words = escaped_text(self.renderInlineAsText(token.children or [], options, env))
        source = str(token.attrGet("src") or "")
        in_link = bool(env["links"] and env["links"][-1]) or "a" in env["open"]
        if not words or in_link or not is_safe_link(source):
            return words
        return f'<a href="{escaped_text(source)}">{words}</a>'

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Env) -> str:
        return f'<p class="h{min(6, int(tokens[idx].tag[1]) + 1)}">'


def _spoken(tokens: Sequence[Token]) -> list[Token]:
    """Without what stands between the tags of a style or a script: that is no text."""
    spoken: list[Token] = []
    silent = ""
    for token in tokens:
        tag = SILENT_TAG.match(token.content) if token.type == "html_inline" else None
        name = tag[2].lower() if tag is not None else ""
        if silent:
            silent = "" if tag is not None and tag[1] and name == silent else silent
        elif name in SILENT and tag is not None and not tag[1]:
            silent = name
        else:
            spoken.append(token)
    return spoken


@cache
def _parser() -> MarkdownIt:
    return build(CardRenderer, html=True)


def card_text(card: str) -> CardText:
    """All of a card, in pieces that can be shown one after the other. Cheap."""
    text = FRONT_MATTER.sub("", card)
    cut = len(text) > MAX_CARD
    if cut:
        text = text[: text.rfind("\n", 0, MAX_CARD) + 1 or MAX_CARD]
    return CardText(tuple(_pieces_of(text)), cut)


def _pieces_of(text: str) -> list[str]:
    """The text cut at blank lines, not within code. Each piece knows the addresses that links refer to by name."""
    pieces: list[str] = []
    lines: list[str] = []
    size, fence = 0, ""
    for line in text.split("\n"):
        mark = FENCE.match(line)
        if mark is not None and not fence:
            fence = mark[1]
        elif mark is not None and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        lines.append(line)
        size += len(line) + 1
        if size >= PIECE and not fence and not line.strip():
            pieces.append("\n".join(lines))
            lines, size = [], 0
    pieces.append("\n".join(lines))
    named = "\n".join(DEFINITION.findall(text)) if len(pieces) > 1 else ""
    return [f"{piece}\n\n{named}" if named else piece for piece in pieces if piece.strip()]


def piece_blocks(piece: str) -> tuple[Block, ...]:
    """The blocks of a piece. Takes some 10 ms for 10,000 characters: call it off the GUI thread."""
    md = _parser()
    tokens = _split_tables(md.parse(piece, {}))
    blocks = [_shortened(block) for block in blocks_of(tokens, piece, md)]
    return tuple(block for block in blocks if _says_something(block))


def _says_something(block: Block) -> bool:
    if isinstance(block, Code):
        return bool(block.text.strip())
    words = re.sub(r"<[^>]*>|&nbsp;|\s", "", block.html)
    return bool(words) or "<hr" in block.html


def _shortened(block: Block) -> Block:
    if isinstance(block, Code) and len(block.text) > MAX_CODE:
        return Code(block.language, block.text[:MAX_CODE] + "\n…")
    return block


def _split_tables(tokens: Sequence[Token]) -> list[Token]:
    """Long tables as several, so that no widget lays out hundreds of rows at once. Each has the head again."""
    result: list[Token] = []
    table: list[Token] = []
    for token in tokens:
        if table or (token.type == "table_open" and token.level == 0):
            table.append(token)
            if token.type == "table_close" and token.level == 0:
                result += _pieces(table)
                table = []
        else:
            result.append(token)
    return result + table


def _pieces(table: Sequence[Token]) -> list[Token]:
    body = next((i for i, token in enumerate(table) if token.type == "tbody_open"), None)
    if body is None:
        return list(table)
    starts = [i for i in range(body, len(table)) if table[i].type == "tr_open"]
    if len(starts) <= MAX_ROWS:
        return list(table)
    head, end = table[: body + 1], table[-2:]
    pieces: list[Token] = []
    for first in range(0, len(starts), MAX_ROWS):
        stop = starts[first + MAX_ROWS] if first + MAX_ROWS < len(starts) else len(table) - 2
        pieces += [*head, *table[starts[first] : stop], *end]
    return pieces
