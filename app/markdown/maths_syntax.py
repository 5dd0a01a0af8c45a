"""Markdown rules for maths in `\\(..\\)` and `\\[..\\]`, and for display maths still being written."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

# How far a closing delimiter is looked for. Also what keeps a text full of openers linear.
MAX_TEX = 4000
MAX_LINES = 80


def bracket_maths_plugin(md: MarkdownIt) -> None:
    """Adds tokens of the types that `dollarmath` makes, and `math_open` (see `markdown.tokens_of`)."""
    cancellation: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    md.inline.ruler.before("escape", "math_bracket", _inline)
    md.block.ruler.before("fence", "math_bracket_block", _block, cancellation)
    md.block.ruler.before("fence", "math_open", _open_block, cancellation)


def _inline(state: StateInline, silent: bool) -> bool:
    opener = state.src[state.pos : state.pos + 2]
    if opener not in ("\\(", "\\["):
        return False
    start = state.pos + 2
    end = state.src.find("\\)" if opener == "\\(" else "\\]", start, start + MAX_TEX)
    if end < 0 or not state.src[start:end].strip():
        return False
    if not silent:
        token = state.push("math_inline" if opener == "\\(" else "math_inline_double", "math", 0)
        token.content = state.src[start:end]
        token.markup = opener
    state.pos = end + 2
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()


def _indented(state: StateBlock, line: int) -> bool:
    return state.sCount[line] - state.blkIndent >= 4


def _push(state: StateBlock, kind: str, content: str, first: int, end: int) -> None:
    token = state.push(kind, "math", 0)
    token.block = True
    token.content = content
    token.map = [first, end]
    state.line = end


def _block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """`\\[` at the start of a line to `\\]` at the end of one, without an empty line between."""
    if _indented(state, first) or not _line(state, first).startswith("\\["):
        return False
    collected: list[str] = []
    for line in range(first, min(last, first + MAX_LINES)):
        text = _line(state, line)
        if not text:
            return False
        collected.append(text.removeprefix("\\[") if line == first else text)
        head, closer, rest = collected[-1].partition("\\]")
        if not closer:
            continue
        collected[-1] = head
        content = "\n".join(collected)
        if rest.strip() or not content.strip():
            return False
        if not silent:
            _push(state, "math_block", content, first, line + 1)
        return True
    return False


def _open_block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Display maths up to the end of the text, while an answer is written: its lines are not markdown yet."""
    if not state.env.get("open_maths") or _indented(state, first) or last - first > MAX_LINES:
        return False
    opener = _line(state, first)
    if opener[:2] not in ("$$", "\\["):
        return False
    closer = "$$" if opener[0] == "$" else "\\]"
    if closer in opener[2:]:
        return False
    lines = [opener]
    for line in range(first + 1, last):
        text = _line(state, line)
        if closer in text or (not text and line < last - 1):
            return False
        lines.append(text)
    if not silent:
        _push(state, "math_open", "\n".join(lines), first, last)
    return True
