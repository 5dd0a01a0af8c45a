"""Checks a response against the requested bytes. Pure."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import NamedTuple

from engine.errors import UserError
from engine.hub.transfer.patience import retry_after
from engine.hub.transfer.transient import NoRanges, Trouble

REDIRECTS = {301, 302, 303, 307, 308}
# Of the hub: it does not give the file, or not to this user. Of another host: the link has expired.
DENIALS = {401, 403, 404, 410}
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.IGNORECASE)
_NAMES_A_PAGE = re.compile(r"\.html?\Z", re.IGNORECASE)


class Asked(NamedTuple):
    """Bytes `first` to `end` (not included) of the file `name`, which has `size`; `ranged`: as a range."""

    name: str
    size: int
    first: int
    end: int
    ranged: bool


class Answer(NamedTuple):
    """The body brings the bytes from `first` to `end` of the file; `encoded`: compressed on the way."""

    first: int
    end: int
    encoded: bool = False


def judged(status: int, headers: Mapping[str, str], asked: Asked, host: str) -> Answer:
    """What the response's body holds.

    Raises Trouble for an answer that says no, NoRanges for one that cannot be used because a range was asked for.
    """
    if status == 206:
        return _part(headers, asked, host)
    if status == 200:
        return _whole(headers, asked)
    if status in _PASSING:
        wanted_wait = retry_after(headers.get("Retry-After"), time.time())
        if status in (429, 503):
            seconds = int(min(wanted_wait or 0, 10**6))
            raise Trouble(UserError("download.busy", host=host, seconds=seconds), asked=wanted_wait)
        raise Trouble(UserError("download.server_failed", host=host, status=status), asked=wanted_wait)
    if status == 416:
        raise Trouble(_garbled(host), refusal=True, stale=True)
    raise Trouble(UserError("download.refused", host=host, status=status), refusal=True, stale=True)


def _part(headers: Mapping[str, str], asked: Asked, host: str) -> Answer:
    if not asked.ranged:
        raise Trouble(_garbled(host), refusal=True)
    found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if found is None or _encoded(headers):
        raise NoRanges(host)
    first, last, total = int(found[1]), int(found[2]), found[3]
    if total != "*" and int(total) != asked.size:
        raise Trouble(_wrong_length(asked, int(total)), refusal=True, stale=True)
    if first != asked.first or not first <= last < asked.size:
        raise NoRanges(host)
    end, length = min(last + 1, asked.end), _length(headers)
    if length is not None:
        # The two should agree. What comes is from the right place on, however much it is.
        end = min(end, first + length)
    if end <= first:
        raise NoRanges(host)
    return Answer(first, end)


def _whole(headers: Mapping[str, str], asked: Asked) -> Answer:
    kind = headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml") and not _NAMES_A_PAGE.search(asked.name):
        raise Trouble(UserError("download.web_page", name=asked.name), refusal=True)
    encoded, length = _encoded(headers), _length(headers)
    if not encoded and length is not None and length != asked.size:
        raise Trouble(_wrong_length(asked, length), refusal=True, stale=True)
    return Answer(0, asked.size, encoded)


def _encoded(headers: Mapping[str, str]) -> bool:
    return headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity")


def _length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("Content-Length", "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _wrong_length(asked: Asked, length: int) -> UserError:
    return UserError("download.wrong_length", name=asked.name, need_bytes=asked.size, have_bytes=length)


def _garbled(host: str) -> UserError:
    return UserError("download.garbled", host=host)
