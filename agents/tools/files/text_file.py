"""Text files: detects encoding and line ends, so that a file can be written back as it was."""

from __future__ import annotations

import codecs
import re

import msgspec

MOST_BYTES = 32 * 1024 * 1024  # larger files are not read whole

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROLS = 0.02  # of the first bytes; more than that is no text
_LOOKED_AT = 16_384


class Text(msgspec.Struct, frozen=True):
    """A file's text with "\\n" at line ends. `newline` is what the file has most, `mixed` when it has several.

    `raw` is the text with its own line ends; `mark` the bytes before it that name its encoding.
    """

    raw: str
    encoding: str = "utf-8"
    mark: bytes = b""
    newline: str = "\n"
    mixed: bool = False

    @property
    def text(self) -> str:
        return self.raw.replace("\r\n", "\n").replace("\r", "\n")

    def encode(self, raw: str) -> bytes:
        """Another text in the same encoding. Raises UnicodeEncodeError where it lacks a letter."""
        return self.mark + raw.encode(self.encoding)


def read_text(content: bytes) -> Text | None:
    """Decode a file's bytes; None when they are no text. Encoding it again gives the same bytes."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            raw = _decoded(content[len(mark) :], encoding)
            return _text(raw, encoding, mark) if raw is not None else None
    if b"\0" in content[:_LOOKED_AT]:
        return None
    for encoding in ("utf-8", "cp949"):
        raw = _decoded(content, encoding)
        if raw is not None:
            return None if _is_binary(content) else _text(raw, encoding)
    if _is_binary(content):
        return None
    return _text(content.decode("latin-1"), "latin-1")


def _is_binary(content: bytes) -> bool:
    start = content[:_LOOKED_AT]
    return len(_CONTROLS.findall(start)) > _MOST_CONTROLS * len(start)


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
        return text if encoding == "utf-8" or text.encode(encoding) == content else None
    except UnicodeError:
        return None


def _text(raw: str, encoding: str, mark: bytes = b"") -> Text:
    pairs = raw.count("\r\n")
    counts = {"\n": raw.count("\n") - pairs, "\r\n": pairs, "\r": raw.count("\r") - pairs}
    newline = max(counts, key=lambda each: counts[each])
    return Text(raw, encoding, mark, newline, sum(1 for count in counts.values() if count) > 1)
