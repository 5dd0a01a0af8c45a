"""Shortens results of calls to what a context can hold; the whole is kept in the journal.

A mark in place of what is left out names the handle and the offset at which `read_result` goes on.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from agents.api import Journal
from agents.context.budget import shares
from agents.context.token_counter import Meter
from agents.events import ToolCalled
from engine.errors import UserError

READ_RESULT = "read_result"
# The share of the head: beginnings say what a text is, ends hold errors and totals.
_HEAD = 0.65
# A text with more bytes than this for each free token is not tokenized whole.
_SURELY_LONG = 24
# Tokens of the mark for what is left out.
_MARK = 60
_ROUNDS = 6


class ResultText(msgspec.Struct, frozen=True):
    """A result as the model gets it.

    `handle` names the whole in the journal, "" where `text` is the whole.
    """

    text: str
    handle: str = ""


def result_text(
    text: str, meter: Meter, context: int, journal: Journal, call: ToolCalled | None = None, most: int = 0
) -> ResultText:
    """Shorten a fresh result for a context of this many tokens.

    It stays whole within its share, and within `most` tokens unless 0; of a longer one the head and the tail are
    shown, and the whole is kept. Of a page that `read_result` brought (`call` is its call) the head is shown, under
    the handle that it has.
    Raises UserError `store.*`, `engine.*`, `remote.*`.
    """
    room = shares(context).result
    room = min(room, most) if most else room
    page = _page_of(call, text, journal)
    if page is not None:
        return ResultText(_page(text, page, meter, room), page.handle)
    if _fits(text, meter, room):
        return ResultText(text)
    handle = journal.keep(text)
    free = max(16, room - _MARK)
    head = _longest(text, meter, int(free * _HEAD))
    tail = _longest(text[head:], meter, free - int(free * _HEAD), from_end=True)
    return ResultText(head_and_tail(text, head, tail, handle), handle)


def head_and_tail(text: str, head: int, tail: int, handle: str) -> str:
    """The first `head` and the last `tail` characters, cut at line ends where lines are short."""

    def mark(start: int, end: int) -> str:
        told = f"[... characters {start} to {end} of {len(text)} left out; "
        return told + f'{READ_RESULT}(handle="{handle}", offset={start}) shows them ...]'

    return _cut(text, head, tail, mark)


def handle_only(length: int, handle: str) -> str:
    """The placeholder of a result that is not shown any more."""
    return f'[{length} characters left out; {READ_RESULT}(handle="{handle}") shows them]'


def shortened_result(text: str, tokens: int, counted: int, handle: str) -> str:
    """A result of `counted` tokens cut to about `tokens`, without tokenizing again."""
    free = max(8, tokens - _MARK) * len(text) / max(1, counted) * 0.9
    return head_and_tail(text, int(free * _HEAD), int(free * (1 - _HEAD)), handle)


def shortened_text(text: str, tokens: int, counted: int, mark: str) -> str:
    """A text of `counted` tokens cut to about `tokens`, with `mark` in place of what is left out."""
    free = tokens * len(text) / max(1, counted) * 0.9
    return _cut(text, int(free * _HEAD), int(free * (1 - _HEAD)), lambda start, end: mark)


class _Page(msgspec.Struct, frozen=True):
    """Where a page lies in the kept text that has `total` characters."""

    handle: str
    offset: int
    total: int


def _page_of(call: ToolCalled | None, text: str, journal: Journal) -> _Page | None:
    """Locate a page in its text; None for another tool's result, found lines, or an error."""
    if call is None or call.name != READ_RESULT or not isinstance(call.arguments, dict):
        return None
    handle, offset = str(call.arguments.get("handle", "")).strip(), call.arguments.get("offset") or 0
    if call.arguments.get("search") or not isinstance(offset, int) or offset < 0:
        return None
    try:
        whole = journal.kept(handle)
    except UserError as error:
        if error.code != "run.no_text":
            raise
        return None
    return _Page(handle, offset, len(whole)) if text and whole.startswith(text, offset) else None


def _page(text: str, page: _Page, meter: Meter, room: int) -> str:
    if page.offset + len(text) >= page.total and _fits(text, meter, room):
        return text
    length = _at_line_end(text, _longest(text, meter, max(16, room - _MARK)))
    next_offset = page.offset + length
    mark = f"[... {page.total - next_offset} of {page.total} characters follow; "
    mark += f'{READ_RESULT}(handle="{page.handle}", offset={next_offset}) shows them ...]'
    return text[:length].removesuffix("\n") + "\n" + mark


def _fits(text: str, meter: Meter, tokens: int) -> bool:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size <= tokens:
        # No tokenizer makes more tokens than there are bytes.
        return True
    return size <= tokens * _SURELY_LONG and meter.texts([text])[0] <= tokens


def _longest(text: str, meter: Meter, tokens: int, *, from_end: bool = False) -> int:
    """The most characters of the beginning or end that take at most about this many tokens."""

    def part(length: int) -> str:
        return text[max(0, len(text) - length) :] if from_end else text[:length]

    low, high = 0, len(text) + 1
    guess = min(len(text), tokens * 4)
    for _ in range(_ROUNDS):
        counted = meter.texts([part(guess)])[0]
        if counted <= tokens:
            low = max(low, guess)
        else:
            high = min(high, guess)
        if low == len(text) or (low and counted <= tokens and counted >= tokens * 0.95):
            break
        guess = min(len(text), int(guess * tokens / max(1, counted) * 0.98))
        if not low < guess < high:
            guess = (low + high) // 2
        if guess in (low, high):
            break
    # Bytes are the last resort: what was measured was always too long.
    return low or min(len(text), max(1, tokens // 4))


def _cut(text: str, head: int, tail: int, mark: Callable[[int, int], str]) -> str:
    head = _at_line_end(text, head)
    start = max(head, _at_line_start(text, len(text) - tail))
    if start <= head:
        return text
    return "\n".join(filter(None, (text[:head].removesuffix("\n"), mark(head, start), text[start:])))


def _at_line_end(text: str, length: int) -> int:
    """`length`, or a little less, so that it falls at a line end."""
    if length >= len(text):
        return len(text)
    end = text.rfind("\n", length - length // 5, length)
    return end + 1 if end >= 0 else length


def _at_line_start(text: str, start: int) -> int:
    if start <= 0:
        return 0
    line = text.find("\n", start, start + (len(text) - start) // 5)
    return line + 1 if line >= 0 else start
