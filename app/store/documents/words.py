"""Passages by their words: Okapi BM25 in SQLite's FTS5, over terms that the index is given as they are compared."""

from __future__ import annotations

from sqlalchemy import Connection

from agents.tools.documents.passages import terms
from app.store.database import Part, reads

# Passages that are ranked for one question, at 2 to 3 µs each: frequent terms tell little and cost most of the time.
_MOST_RANKED = 12_000
_LEAST = 2
_MOST = 32  # terms of a question
# FTS5 gives the rows in the order of their rank, so that the search ends with the last one that is wanted.
_SEARCH = """
SELECT words.rowid FROM words WHERE words MATCH ? AND EXISTS (
    SELECT 1 FROM passage a JOIN place p ON p.document = a.document
    WHERE a.id = words.rowid AND p.collection = ? AND p.state <> 'gone'
) ORDER BY rank LIMIT ?
"""


class Words(Part):
    """`DocumentStore.words`."""

    @reads
    def search(self, connection: Connection, collection: int, query: str, limit: int) -> list[int]:
        """Ids of passages with words of the query, the best first."""
        wanted = self._telling(connection, list(dict.fromkeys(terms(query)))[:_MOST])
        if not wanted:
            return []
        match = " OR ".join(f'"{term}"' for term in wanted)
        return [row[0] for row in connection.exec_driver_sql(_SEARCH, (match, collection, limit))]

    def _telling(self, connection: Connection, wanted: list[str]) -> list[str]:
        """The rarest terms: as many as can be ranked soon, but at least two."""
        counts: dict[str, int] = {}
        for term in wanted:
            found = connection.exec_driver_sql("SELECT doc FROM word_count WHERE term = ?", (term,)).scalar()
            if found:
                counts[term] = int(found)
        chosen: list[str] = []
        ranked = 0
        for term in sorted(counts, key=lambda term: counts[term]):
            ranked += counts[term]
            if len(chosen) >= _LEAST and ranked > _MOST_RANKED:
                break
            chosen.append(term)
        return chosen
