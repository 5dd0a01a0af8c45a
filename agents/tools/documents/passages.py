"""Ranks passages of texts for a question: Okapi BM25 over pieces of some 800 letters. Pure.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with k1 = 1.2 and b =
0.75. Words of Korean, Chinese and Japanese are taken as pairs of letters, which finds a stem whatever ending
follows.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from agents.tools.documents.cutting import spans
from agents.tools.documents.kinds import Kind, kind_of

_K1, _B = 1.2, 0.75
_TABLES: tuple[Kind, ...] = ("xlsx", "csv")
_WORD = re.compile(r"[^\W_]+")
_PAIRED = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")


class Passage(msgspec.Struct, frozen=True):
    """A piece of `path`; `label` is its page or sheet, `line` its first line in that, from 1. It stands at
    the letters `first` to `last` (exclusive) of that, below the path of headings `heading`."""

    path: str
    label: str
    line: int
    text: str
    first: int = 0
    last: int = 0
    heading: str = ""


def passages(path: str, label: str, text: str, kind: Kind = "") -> Iterator[Passage]:
    """Split a text into passages along its structure. `kind`: of the document, where it is known."""
    line, at = 1, 0
    # What has an ending of no document is mostly a program, where "#" begins a comment.
    marked = bool(kind_of(path)) or "." not in path.rpartition("/")[2]
    for span in spans(text, marked=marked, table=kind in _TABLES):
        line += text.count("\n", at, span.first)
        at = span.first
        yield Passage(path, label, line, text[span.first : span.last], span.first, span.last, span.heading)


def best(query: str, among: Iterable[Passage], most: int) -> list[Passage]:
    """The passages that match the query best, best first; those without any of its words are left out."""
    wanted = set(terms(query))
    found: list[tuple[Passage, Counter[str], int]] = []
    having: Counter[str] = Counter()
    total = count = 0
    for passage in among:
        words = terms(passage.text)
        count += 1
        total += len(words)
        hits = Counter(word for word in words if word in wanted)
        if hits:
            found.append((passage, hits, len(words)))
            having.update(hits.keys())
    average = total / count if count else 1.0
    scored = [
        (bm25(hits, length / average if average else 1.0, having, count), index)
        for index, (_, hits, length) in enumerate(found)
    ]
    scored.sort(key=lambda each: (-each[0], each[1]))
    return [found[index][0] for _, index in scored[:most]]


def bm25(hits: Mapping[str, int], length: float, having: Mapping[str, int], count: int) -> float:
    """The score of one of `count` texts. `hits` counts the query's words in it, `having` the texts with each word;
    `length` is the text's, as a share of the average."""
    return sum(
        math.log(1 + (count - having[word] + 0.5) / (having[word] + 0.5))
        * times
        * (_K1 + 1)
        / (times + _K1 * (1 - _B + _B * length))
        for word, times in hits.items()
    )


def terms(text: str) -> list[str]:
    """The words of a text, normalized."""
    normalized = unicodedata.normalize("NFKC", text).casefold()
    if not _PAIRED.search(normalized):  # a search does this for dozens of passages
        return [_stem(word) for word in _WORD.findall(normalized)]
    words: list[str] = []
    for word in _WORD.findall(normalized):
        start = 0
        for run in _PAIRED.finditer(word):
            words += [word[start : run.start()]] if run.start() > start else []
            letters = run.group()
            words += [letters[at : at + 2] for at in range(len(letters) - 1)] or [letters]
            start = run.end()
        words += [_stem(word[start:])] if start < len(word) else []
    return words


def _stem(word: str) -> str:
    """Strip the plural's ending, the one that matters most for finding."""
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word
