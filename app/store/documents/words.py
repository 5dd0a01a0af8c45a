"""Passages by their words: Okapi BM25 in SQLite's FTS5, over terms that the index is given as they are compared."""

from __future__ import annotations

import json
import math

from sqlalchemy import Connection

from agents.tools.documents.passages import terms
from app.store.database import Database, Part, reads
from app.store.documents.records import Scope, WordHits

# Passages that are looked at for one question: frequent terms tell little and cost most of the time.
_MOST_MATCHED = 12_000
# Of these, so many with the terms that tell most are ranked, at 2 µs each.
_MOST_RANKED = 3000
_MOST = 32  # terms of a question
# A frequent term is counted again when there are so many times more passages.
_GROWN = 1.1
_MATCHING = "FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?"
_COUNT = f"SELECT count(*) FROM (SELECT 1 {_MATCHING} LIMIT ?)"
_NEWEST = f"SELECT json_group_array(rowid) FROM (SELECT rowid {_MATCHING} ORDER BY rowid DESC LIMIT ?)"
# "+" keeps FTS5 from ranking all that match.
_BEST = """
SELECT rowid FROM words WHERE words MATCH ? AND +rowid IN (SELECT value FROM json_each(?)) ORDER BY +rank LIMIT ?
"""


class Words(Part):
    """`DocumentStore.words`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        # Of terms of which there are too many: how many passages have them, of how many.
        self._frequent: dict[str, tuple[int, int]] = {}

    @reads
    def search(self, connection: Connection, scope: Scope, query: str, limit: int) -> WordHits:
        """Passages within `scope` that have words of the query.

        The rarest words count, as many as can be looked at soon. Of two that are both frequent, passages with both
        come first; where even those are many, only what was read last is looked at.
        """
        wanted = list(dict.fromkeys(terms(query)))[:_MOST]
        if not wanted or not scope.size:
            return WordHits([], {})
        counts = self._counts(connection, scope, wanted)
        weights = {term: _weight(counts[term], scope.size) for term in wanted}
        rarest = sorted((term for term in wanted if counts[term]), key=lambda term: counts[term])
        looked_at, chosen = 0.0, list[str]()
        for term in rarest:
            if looked_at + counts[term] > _MOST_MATCHED:
                break
            looked_at += counts[term]
            chosen.append(term)
        found: list[int] = []
        if len(chosen) < 2 <= len(rarest):
            both = f"{_quoted(rarest[0])} AND {_quoted(rarest[1])}"
            found = _best(connection, both, _newest(connection, scope, both)[:_MOST_RANKED], limit)
        if rarest and len(found) < limit:
            some = chosen or rarest[:1]
            told: dict[int, float] = {}
            for term in some:
                for id in _newest(connection, scope, _quoted(term)):
                    told[id] = told.get(id, 0.0) + weights[term]
            more = _best(connection, " OR ".join(map(_quoted, some)), _most_telling(told), limit)
            found = list(dict.fromkeys((*found, *more)))[:limit]
        return WordHits(found, weights)

    def _counts(self, connection: Connection, scope: Scope, wanted: list[str]) -> dict[str, float]:
        """How many passages within `scope`, or around them, have each term; about so many for frequent ones."""
        last = connection.exec_driver_sql("SELECT max(id) FROM passage").scalar() or 0
        counts: dict[str, float] = {}
        for term in wanted:
            known, of = self._frequent.get(term, (0, 0))
            is_known = of <= last <= of * _GROWN
            span = (scope.firsts[0], scope.lasts[-1])
            if not is_known or scope.size <= _MOST_MATCHED:
                values = (_quoted(term), *span, _MOST_MATCHED + 1)
                counts[term] = connection.exec_driver_sql(_COUNT, values).scalar() or 0
                if counts[term] <= _MOST_MATCHED:
                    continue
            if not is_known:
                select = "SELECT doc FROM word_count WHERE term = ?"
                known, of = int(connection.exec_driver_sql(select, (term,)).scalar() or 0), last
                self._frequent[term] = known, of
            counts[term] = known / of * scope.size
        return counts


def _weight(count: float, among: int) -> float:
    having = min(count, among)
    return math.log(1 + (among - having + 0.5) / (having + 0.5))


def _newest(connection: Connection, scope: Scope, match: str) -> list[int]:
    """Passages within `scope` that match, of those that were read last."""
    values = (match, scope.firsts[0], scope.lasts[-1], _MOST_MATCHED)
    ids: list[int] = json.loads(connection.exec_driver_sql(_NEWEST, values).scalar() or "[]")
    return ids if len(scope.firsts) == 1 else [id for id in ids if id in scope]


def _most_telling(told: dict[int, float]) -> list[int]:
    """Those that have most of what a query tells; of those that have as much as the last of them, what was read
    last."""
    if len(told) <= _MOST_RANKED:
        return list(told)
    least = sorted(told.values(), reverse=True)[_MOST_RANKED - 1]
    more = [id for id, much in told.items() if much > least]
    as_much = sorted((id for id, much in told.items() if much == least), reverse=True)
    return more + as_much[: _MOST_RANKED - len(more)]


def _best(connection: Connection, match: str, ids: list[int], limit: int) -> list[int]:
    """These passages in the order of their rank."""
    return (
        [row[0] for row in connection.exec_driver_sql(_BEST, (match, json.dumps(ids), limit))] if ids else []
    )


def _quoted(term: str) -> str:
    return f'"{term}"'
