"""What was read of the files: documents by their content, and the passages in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from agents.tools.documents.passages import terms
from app.store.database import Part, reads, writes
from app.store.documents.opening import DELETES_BY_ROW
from app.store.documents.records import FoundPassage, NewDocument, NewPassage, Scan, Scope
from engine.text import clean_text

_PASSAGE = (
    "INSERT INTO passage (document, part, label, first, last, heading, text) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_WORDS = "INSERT INTO words (rowid, body, title) VALUES (?, ?, ?)"
_FORGET = "INSERT INTO words (words, rowid, body, title) VALUES ('delete', ?, ?, ?)"
# "CROSS" keeps SQLite from beginning with all places of the collection.
_FOUND = """
SELECT a.id, a.document, a.part, a.label, a.first, a.last, a.heading, a.text, p.path, d.sha256
FROM passage a CROSS JOIN document d ON d.id = a.document
CROSS JOIN place p ON p.document = a.document AND p.collection = ?
WHERE a.id IN ({}) AND p.state <> 'gone'
"""
# The passages of a document were put in one transaction: their ids follow each other.
_SCOPE = """
SELECT (SELECT min(id) FROM passage WHERE document = d.id), passages FROM document d
WHERE passages > 0 AND id IN (SELECT document FROM place WHERE collection = ? AND state <> 'gone')
"""
_ORPHANS = (
    "SELECT id, name FROM document d WHERE NOT EXISTS (SELECT 1 FROM place WHERE document = d.id) LIMIT ?"
)
# Code of a document whose pages are pictures.
OF_PICTURES = "pages_are_pictures"
_SCANS = f"""
SELECT d.id, d.sha256, d.name, min(p.path) FROM document d JOIN place p ON p.document = d.id AND p.state = 'read'
WHERE d.code = '{OF_PICTURES}' GROUP BY d.id ORDER BY d.id DESC LIMIT ?
"""
_AT_ONCE = 500  # values of one statement


class ReadContents(Part):
    """`DocumentStore.contents`."""

    @writes
    def link(self, connection: Connection, place: int, sha256: str) -> bool:
        """The file at `place` holds a content that was read before; False where it was not."""
        found = connection.exec_driver_sql("SELECT id FROM document WHERE sha256 = ?", (sha256,)).scalar()
        if found is None:
            return False
        self._set(connection, place, int(found))
        return True

    @writes
    def put(self, connection: Connection, place: int, document: NewDocument) -> list[int]:
        """Keep what was read of the file at `place`, in place of what it held before; the ids of the passages."""
        if self.link(place, document.sha256):  # meanwhile, or it is read for the second time
            return []
        row = (document.sha256, clean_text(document.name), document.kind, document.state, document.code)
        made = connection.exec_driver_sql(
            "INSERT INTO document (sha256, name, kind, state, code, passages) VALUES (?, ?, ?, ?, ?, ?)",
            (*row, len(document.passages)),
        )
        key = int(made.lastrowid)
        ids = _put_passages(connection, key, clean_text(document.name), document.passages)
        self._set(connection, place, key)
        return ids

    @reads
    def scans(self, connection: Connection, limit: int) -> list[Scan]:
        """Documents whose pages are pictures, and wait for who can read them."""
        return [Scan(*row) for row in connection.exec_driver_sql(_SCANS, (limit,)).all()]

    @writes
    def fill(self, connection: Connection, scan: Scan, passages: Sequence[NewPassage]) -> None:
        """Keep what was read on the pages of a scan that still waits; without passages nothing is on them."""
        state, code = ("words", "") if passages else ("no_text", "no_text")
        changed = connection.exec_driver_sql(
            "UPDATE document SET state = ?, code = ?, passages = ? WHERE id = ? AND sha256 = ? AND code = ?",
            (state, code, len(passages), scan.id, scan.sha256, OF_PICTURES),
        )
        if changed.rowcount:
            _put_passages(connection, scan.id, scan.name, passages)

    @reads
    def scope(self, connection: Connection, collection: int) -> Scope:
        """Which passages the files of a collection hold. What a connection has read of it counts until anybody
        changes the index."""
        version = connection.exec_driver_sql("PRAGMA data_version").scalar()
        of, known = connection.info.get("scopes", (None, {}))
        if of != version:
            connection.info["scopes"] = version, (known := {})
        if collection not in known:
            known[collection] = _joined(connection.exec_driver_sql(_SCOPE, (collection,)).all())
        found: Scope = known[collection]
        return found

    @reads
    def passages(
        self, connection: Connection, collection: int, ids: Sequence[int]
    ) -> dict[int, FoundPassage]:
        """Passages by their ids, each with a file of the collection that holds it; those that have none are left
        out."""
        found: dict[int, FoundPassage] = {}
        for at in range(0, len(ids), _AT_ONCE):
            some = ids[at : at + _AT_ONCE]
            statement = _FOUND.format(", ".join("?" * len(some)))
            for row in connection.exec_driver_sql(statement, (collection, *some)):
                passage = FoundPassage(*row)
                known = found.setdefault(passage.id, passage)
                if passage.path < known.path:  # the same content at several places: always the same one
                    found[passage.id] = passage
        return found

    @writes
    def sweep(self, connection: Connection, limit: int = 50) -> list[int] | None:
        """Remove documents that no place holds, at most `limit`; the ids of their passages, None where there
        was none."""
        orphans = connection.exec_driver_sql(_ORPHANS, (limit,)).all()
        if not orphans:
            return None
        gone: list[int] = []
        for document, name in orphans:
            rows = connection.exec_driver_sql(
                "SELECT id, heading, text FROM passage WHERE document = ?", (document,)
            ).all()
            for id, heading, text in rows:
                gone.append(id)
                if DELETES_BY_ROW:
                    connection.exec_driver_sql("DELETE FROM words WHERE rowid = ?", (id,))
                else:
                    connection.exec_driver_sql(_FORGET, (id, *_words(name, heading, text)))
            connection.exec_driver_sql("DELETE FROM passage WHERE document = ?", (document,))
            connection.exec_driver_sql("DELETE FROM document WHERE id = ?", (document,))
        return gone

    def _set(self, connection: Connection, place: int, document: int) -> None:
        connection.exec_driver_sql(
            "UPDATE place SET document = ?, state = 'read', code = '' WHERE id = ?", (document, place)
        )


def _put_passages(
    connection: Connection, document: int, name: str, passages: Sequence[NewPassage]
) -> list[int]:
    ids: list[int] = []
    for each in passages:
        heading, text = clean_text(each.heading), clean_text(each.text)
        values = (document, each.part, clean_text(each.label), each.first, each.last, heading, text)
        ids.append(int(connection.exec_driver_sql(_PASSAGE, values).lastrowid))
        connection.exec_driver_sql(_WORDS, (ids[-1], *_words(name, heading, text)))
    return ids


def _joined(runs: Sequence[Sequence[int]]) -> Scope:
    """Of runs of ids, each a first one and how many there are."""
    firsts: list[int] = []
    lasts: list[int] = []
    for first, count in sorted(tuple(run) for run in runs):
        if lasts and lasts[-1] == first - 1:
            lasts[-1] += count
        else:
            firsts.append(first)
            lasts.append(first + count - 1)
    return Scope(tuple(firsts), tuple(lasts), sum(count for _, count in runs))


def _words(name: str, heading: str, text: str) -> tuple[str, str]:
    return " ".join(terms(text)), " ".join(terms(f"{heading} {name}"))
