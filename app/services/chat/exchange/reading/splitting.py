"""Splits JSON of any size into its elements without reading it as a whole, and decodes them one by one.

The elements are those of the array that the text is, or the values that stand in it one after the other (JSON lines).
A broken element ends with its own last bracket, so the ones behind it are still found.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from engine.errors import UserError
from engine.text import clean_text

# More is no conversation, and would take a few times as much memory.
MOST_BYTES = 128 * 2**20
# What people write nests a few dozen deep; far more would exhaust what reads it, and what stores it.
MOST_DEPTH = 200
# What is kept of an element that cannot be read, to find its title in.
_HEAD = 64 * 2**10
# A title stands near the start of a conversation, in one of these fields.
_TITLE = re.compile(rb'"(?:title|name)"\s*:\s*"((?:[^"\\]|\\.){1,1000}+)', re.DOTALL)

# The inside of a string up to its end, or as far as it is there.
_STRING = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
_INSIDE = re.compile(_STRING, re.DOTALL)
# What holds no bracket, and what holds whole objects and arrays that themselves hold no others.
_PLAIN = rb'(?:[^"\[\]{}]++|"' + _STRING + rb'")*+'
_FLAT = rb"(?:" + _PLAIN + rb"(?:\{" + _PLAIN + rb"\}|\[" + _PLAIN + rb"\]))*+" + _PLAIN
_BETWEEN, _WITHIN = re.compile(_PLAIN, re.DOTALL), re.compile(_FLAT, re.DOTALL)
_BLANK = b" \t\r\n"


class Element(msgspec.Struct, frozen=True):
    """An object or array of the text, as it stands there. Where it cannot be read, for `reason`, `data` is its
    beginning."""

    data: bytes
    reason: UserError | None = None

    def value(self) -> Any:
        """The value. Raises UserError `exchange.cut_chat`, `exchange.chat_too_large`, `exchange.bad_chat`."""
        if self.reason:
            raise self.reason
        return decoded(self.data)

    def title(self) -> str:
        """What seems to be its title, "" for none."""
        found = _TITLE.search(self.data[:_HEAD])
        return "" if found is None else _string(found[1])


def elements(
    chunks: Iterable[bytes], most_bytes: int = MOST_BYTES, most_depth: int = MOST_DEPTH
) -> Iterator[Element]:
    """Split a text, given in pieces; never holds more than one element. Raises UserError `exchange.not_chats`."""
    splitter = _Splitter(most_bytes, most_depth)
    for chunk in as_utf8(chunks):
        yield from splitter.feed(chunk)
    yield from splitter.end()


class _Splitter:
    """State between two pieces of a text: how deep they end, and whether within a string."""

    def __init__(self, most_bytes: int, most_depth: int) -> None:
        self._most_bytes, self._most_depth = most_bytes, most_depth
        self._base: int | None = None  # depth of the elements: 1 within an array, else 0
        self._depth = self._deepest = 0
        self._in_string = self._escaped = False
        self._held = bytearray()
        self._reason: UserError | None = None

    def feed(self, chunk: bytes) -> Iterator[Element]:
        at, start = 0, 0  # of what is not held yet
        if self._base is None:
            text = chunk.lstrip(_BLANK)
            if not text:
                return
            if text[:1] not in (b"[", b"{"):
                raise UserError("exchange.not_chats")
            self._base = 1 if text[:1] == b"[" else 0
            at = start = len(chunk) - len(text)
        base = self._base
        if self._in_string:
            at = self._leave_string(chunk, at)
        while not self._in_string:
            passed = (_WITHIN if self._depth > base else _BETWEEN).match(chunk, at)
            at = len(chunk) if passed is None else passed.end()
            mark = chunk[at : at + 1]
            if not mark:
                break
            at += 1
            if mark == b'"':  # of a string that goes on in the next piece
                self._in_string = True
                at = self._leave_string(chunk, at)
            elif mark in b"[{":
                if self._depth == base:
                    start, self._deepest = at - 1, 0
                self._depth += 1
                self._deepest = max(self._deepest, self._depth - base)
            elif self._depth > base:
                self._depth -= 1
                if self._depth == base:
                    self._hold(chunk[start:at])
                    yield self._element()
            elif self._depth:
                self._depth -= 1  # the end of the array; a later value stands alone
                self._base = base = 0
        if self._depth > base:
            self._hold(chunk[start:])

    def end(self) -> Iterator[Element]:
        if self._base is None:
            raise UserError("exchange.not_chats")
        if self._held or self._reason:
            self._reason = self._reason or UserError("exchange.cut_chat")
            yield self._element()

    def _leave_string(self, chunk: bytes, at: int) -> int:
        if self._escaped:
            at, self._escaped = at + 1, False
        found = _INSIDE.match(chunk, at)
        at = len(chunk) if found is None else found.end()
        if at < len(chunk):
            self._in_string = chunk[at : at + 1] != b'"'
            self._escaped = self._in_string  # a backslash that is the last byte
            at += 1
        return at

    def _hold(self, data: bytes) -> None:
        if self._deepest > self._most_depth:
            self._reason = self._reason or UserError("exchange.bad_chat")
        if len(self._held) + len(data) > self._most_bytes:
            self._reason = self._reason or UserError("exchange.chat_too_large")
        self._held += data
        if self._reason:
            del self._held[_HEAD:]

    def _element(self) -> Element:
        made = Element(bytes(self._held), self._reason)
        self._held, self._reason = bytearray(), None
        return made


def decoded(data: bytes) -> Any:
    """The value of a JSON text. Raises UserError `exchange.bad_chat`.

    Numbers that JSON does not know, halves of UTF-16 pairs and bytes that are no UTF-8 are met in real exports: the
    first become None, the others U+FFFD.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    try:
        return _cleaned(json.loads(data.decode("utf-8", "replace")))
    except (ValueError, RecursionError) as error:
        raise UserError("exchange.bad_chat") from error


def decoded_text(text: str) -> Any:
    """The value of a JSON text within another, None where it is none, or too deep."""
    data = clean_text(text).strip().encode()
    try:
        found = list(elements([b"[", data, b"]"]))
        return decoded(data) if not found or found == [Element(data)] else None
    except UserError:
        return None


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {clean_text(key): _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list) else value


def _string(inside: bytes) -> str:
    """A JSON string that may be cut within an escape."""
    for cut in range(min(len(inside), 6) + 1):
        try:
            return str(decoded(b'"' + inside[: len(inside) - cut] + b'"'))
        except UserError:
            continue
    return ""


def as_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """A text as UTF-8 without a byte order mark; UTF-16 is told by its mark or by its zero bytes."""
    decoder: codecs.IncrementalDecoder | None = None
    head: bytes | None = b""
    for chunk in chunks:
        if head is not None:
            head += chunk
            if len(head) < 4:
                continue
            decoder, chunk = _begun(head)
            head = None
        yield chunk if decoder is None else decoder.decode(chunk).encode("utf-8", "replace")
    if head:
        yield head.removeprefix(codecs.BOM_UTF8)
    elif decoder is not None:
        yield decoder.decode(b"", True).encode("utf-8", "replace")


def _begun(head: bytes) -> tuple[codecs.IncrementalDecoder | None, bytes]:
    """What decodes a text that begins so, None for UTF-8, and the beginning without its mark."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return codecs.getincrementaldecoder(encoding)("replace"), head[2:]
    for zeros, encoding in ((slice(1, 4, 2), "utf-16-le"), (slice(0, 4, 2), "utf-16-be")):
        if head[zeros] == b"\0\0":
            return codecs.getincrementaldecoder(encoding)("replace"), head
    return None, head.removeprefix(codecs.BOM_UTF8)
