"""Token-wise comparison of rendered texts, so that no tag is cut in two."""

from __future__ import annotations

import re

from engine.formats.tags import TAG

# One tag, a run of letters and digits, or one character: where texts may be cut.
_TOKEN = re.compile(rf"{TAG}|\w+|\s|.", re.DOTALL)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def common_start(left: str, right: str) -> str:
    """The common prefix of two texts, never ending inside a tag or word."""
    out = []
    for a, b in zip(_tokens(left), _tokens(right), strict=False):
        if a != b:
            break
        out.append(a)
    return "".join(out)


def common_end(left: str, right: str) -> str:
    out = []
    for a, b in zip(reversed(_tokens(left)), reversed(_tokens(right)), strict=False):
        if a != b:
            break
        out.append(a)
    return "".join(reversed(out))


# How the closing mark of a pair is made of its opening one.
_MIRRORS = (
    ("START", "END"),
    ("BEGIN", "END"),
    ("begin", "end"),
    ("prefix", "suffix"),
    ("open", "close"),
    ("start", "end"),
)


def mirrored(mark: str) -> tuple[str, ...]:
    """Closing marks that fit an opening one: </x> for <x>, <x|> for <|x>, END for START."""
    found = [mark.replace(left, right) for left, right in _MIRRORS if left in mark]
    if mark.startswith("<|") and mark.endswith(">") and not mark.endswith("|>"):
        found.append(f"<{mark[2:-1]}|>")
    if mark[:1] in ("<", "["):
        found.append(f"{mark[0]}/{mark[1:]}")
    return tuple(found)
