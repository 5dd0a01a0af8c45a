"""Passages by their words: Okapi BM25 in SQLite's FTS5, over terms that the index is given as they are compared."""

from __future__ import annotations

import math

from sqlalchemy import Connection

from agents.tools.documents.passages import terms
from app.store.database import Part, reads

# Passages that are ranked for one question, at 2 µs each: frequent terms tell little and cost most of the time.
_MOST_RANKED = 12_000
_MOST = 32  # terms of a question
# FTS5 gives the rows in the order of their rank, so that the search ends with the last one that is wanted.
_SEARCH = """
SELECT words.rowid FROM words WHERE words MATCH ? AND words.rowid > ? AND EXISTS (
    SELECT 1 FROM passage a JOIN place p ON p.document = a.document
    WHERE a.id = words.rowid AND p.collection = ? AND p.state <> 'gone'
) ORDER BY rank LIMIT ?
"""


class Words(Part):
    """`DocumentStore.words`."""

    @reads
    def search(self, connection: Connection, collection: int, query: str, limit: int) -> list[int]:
        """Ids of passages with words of the query, the best first.

        The rarest words count, as many as can be ranked soon. Of two that are both frequent, passages with both come
        first; where even those are many, only what was read last is looked at.
        """
        counts = self._counts(connection, list(dict.fromkeys(terms(query)))[:_MOST])
        rarest = sorted(counts, key=lambda term: counts[term])
        last = connection.exec_driver_sql("SELECT max(id) FROM passage").scalar() or 0

        def matching(chosen: list[str], joint: str, expected: float) -> list[int]:
            match = joint.join(f'"{term}"' for term in chosen)
            after = int(last * (1 - _MOST_RANKED / expected)) if expected > _MOST_RANKED else 0
            rows = connection.exec_driver_sql(_SEARCH, (match, after, collection, limit))
            return [row[0] for row in rows]

        ranked, chosen = 0, list[str]()
        for term in rarest:
            if ranked + counts[term] > _MOST_RANKED:
                break
            ranked += counts[term]
            chosen.append(term)
        found: list[int] = []
        if len(chosen) < 2 <= len(rarest):
            first, second = (counts[term] for term in rarest[:2])
            found = matching(rarest[:2], " AND ", first * second / last)
        if rarest and len(found) < limit:
            more = matching(chosen or rarest[:1], " OR ", ranked or counts[rarest[0]])
            found = list(dict.fromkeys((*found, *more)))[:limit]
        return found

    @reads
    def weights(self, connection: Connection, query: str) -> dict[str, float]:
        """What each term of a query tells: the more, the fewer passages have it (the idf of BM25)."""
        wanted = list(dict.fromkeys(terms(query)))[:_MOST]
        counts = self._counts(connection, wanted)
        last = connection.exec_driver_sql("SELECT max(id) FROM passage").scalar() or 0
        having = {term: min(counts.get(term, 0), last) for term in wanted}
        return {term: math.log(1 + (last - count + 0.5) / (count + 0.5)) for term, count in having.items()}

    def _counts(self, connection: Connection, wanted: list[str]) -> dict[str, int]:
        """How many passages have each of the terms; those that none has are left out."""
        counts: dict[str, int] = {}
        for term in wanted:
            found = connection.exec_driver_sql("SELECT doc FROM word_count WHERE term = ?", (term,)).scalar()
            if found:
                counts[term] = int(found)
        return counts
