"""Ranks passages that were found by words and by meaning. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from agents.tools.documents.passages import terms
from app.store.documents.records import FoundPassage

By = Literal["words", "meaning"]
_K = 60  # of reciprocal rank fusion (Cormack, Clarke and Buettcher, 2009)
_WORDS = 2.0  # weight of a passage with all words of the query, against the nearest in meaning
_MOST_OF_DOCUMENT = 3
_NEIGHBOR = 3  # letters between passages that follow each other


class Ranked(msgspec.Struct, frozen=True):
    """A passage, or several that follow each other as one, and how it was found."""

    passage: FoundPassage
    by: tuple[By, ...]


def covered(weights: Mapping[str, float], text: str) -> float:
    """How much of what a query tells, by the weights of its terms, a text has: 0 to 1."""
    total = sum(weights.values())
    return sum(weights[term] for term in weights.keys() & set(terms(text))) / total if total else 0.0


def fused(
    words: Sequence[int], meaning: Sequence[int], shares: Mapping[int, float]
) -> list[tuple[int, tuple[By, ...]]]:
    """Ids of both rankings as one, the best first, each with how it was found.

    `shares`: how much of the query the passages cover. One with all of its words goes before the nearest in meaning;
    one with a few of them, as all have some of a whole question, hardly counts for that.
    """
    scores: dict[int, float] = {}
    by: dict[int, tuple[By, ...]] = {}
    rankings: tuple[tuple[By, Sequence[int]], ...] = (("words", words), ("meaning", meaning))
    for way, ids in rankings:
        for rank, id in enumerate(ids, 1):
            weight = _WORDS * shares.get(id, 0.0) ** 2 if way == "words" and meaning else 1.0
            scores[id] = scores.get(id, 0.0) + weight / (_K + rank)
            by[id] = (*by.get(id, ()), way)
    return [(id, by[id]) for id in sorted(scores, key=lambda id: -scores[id])]


def chosen(
    ranked: Sequence[tuple[int, tuple[By, ...]]], passages: Mapping[int, FoundPassage], limit: int
) -> list[Ranked]:
    """The best passages, at most three of a document; those that follow each other become one, at the rank of the
    better."""
    taken: list[Ranked] = []
    of_document: Counter[int] = Counter()
    for id, by in ranked:
        passage = passages.get(id)
        if passage is None:
            continue
        at = next((at for at, each in enumerate(taken) if _follow(each.passage, passage)), None)
        if of_document[passage.document] >= _MOST_OF_DOCUMENT or (at is None and len(taken) >= limit):
            continue
        of_document[passage.document] += 1
        if at is None:
            taken.append(Ranked(passage, by))
        else:
            joined = tuple(way for way in ("words", "meaning") if way in (*taken[at].by, *by))
            taken[at] = Ranked(_joined(taken[at].passage, passage), joined)
    return taken


def _follow(one: FoundPassage, other: FoundPassage) -> bool:
    if (one.document, one.part) != (other.document, other.part):
        return False
    first, second = sorted((one, other), key=lambda each: each.first)
    return 0 <= second.first - first.last <= _NEIGHBOR


def _joined(one: FoundPassage, other: FoundPassage) -> FoundPassage:
    first, second = sorted((one, other), key=lambda each: each.first)
    between = ("", "\n", "\n\n", "\n\n")[second.first - first.last]
    return msgspec.structs.replace(first, last=second.last, text=f"{first.text}{between}{second.text}")
