"""What a provider found: strangers' text, bounded, with addresses of the web alone. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from engine.text import clean_text

MOST_TITLE, MOST_SNIPPET, _LONGEST_URL = 200, 600, 2000  # characters
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
# Parameters that say who followed a link and from where, and nothing of what is shown.
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|mc_cid|mc_eid|_hsenc|_hsmi|"
    r"vero_id|srsltid|ref_src|ref_url|spm|si)",
    re.IGNORECASE,
)


class Result(msgspec.Struct, frozen=True):
    """A page that was found, each text on one line. `url` begins with http: or https:."""

    title: str
    url: str
    snippet: str

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").removeprefix("www.")


def results_of(found: Any, snippet: str, most: int) -> tuple[Result, ...]:
    """The first `most` of a provider's list, whose entries have "title", "url" and the field `snippet`. What is no
    such entry, and a page that is there already, is passed over."""
    results: dict[str, Result] = {}
    for each in found if isinstance(found, list) else ():
        if len(results) == most:
            break
        result = _result(each, snippet) if isinstance(each, dict) else None
        if result is not None:
            results.setdefault(result.url, result)
    return tuple(results.values())


def _result(entry: dict[Any, Any], snippet: str) -> Result | None:
    url = page_address(entry.get("url"))
    if not url:
        return None
    title = _line(entry.get("title"), MOST_TITLE) or (urlsplit(url).hostname or url)
    return Result(title, url, _line(entry.get(snippet), MOST_SNIPPET))


def page_address(url: Any) -> str:
    """The address of a page of the web without what only tracks; "" for anything else."""
    if not isinstance(url, str) or len(url) > _LONGEST_URL or not url.isprintable() or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        known = parts.hostname and not (parts.username or parts.password) and (parts.port or 1)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not known or "\\" in url:
        return ""
    return urlunsplit(parts._replace(query=_untracked(parts.query)))


def _untracked(query: str) -> str:
    """The query as it is written, unless a parameter of it tracks."""
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [pair for pair in pairs if not _TRACKING.fullmatch(pair[0])]
    return query if len(kept) == len(pairs) else urlencode(kept)


def _line(text: Any, most: int) -> str:
    if not isinstance(text, str):
        return ""
    plain = html.unescape(_TAG.sub("", text[: 20 * most]))
    shown = (letter if letter.isprintable() else " " for letter in clean_text(plain))
    words = " ".join("".join(shown).split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def within(items: Iterable[Result], most: int) -> tuple[Result, ...]:
    """As many of the first as stay within so many characters, at least one."""
    chosen: list[Result] = []
    for each in items:
        most -= len(each.title) + len(each.url) + len(each.snippet)
        if chosen and most < 0:
            break
        chosen.append(each)
    return tuple(chosen)
