"""Which documents have vectors of an embedding model. The vectors themselves are in files of their own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import Connection

from app.store.database import Part, reads, writes
from app.store.documents.records import EmbeddingModel


class Meanings(Part):
    """`DocumentStore.meanings`."""

    @writes
    def model(self, connection: Connection, digest: str) -> EmbeddingModel:
        """The model with this digest, which is noted where it is new."""
        select = "SELECT id, digest, token FROM embedding_model WHERE digest = ?"
        if (row := connection.exec_driver_sql(select, (digest,)).first()) is None:
            new = "INSERT INTO embedding_model (digest, token) VALUES (?, ?)"
            connection.exec_driver_sql(new, (digest, uuid.uuid4().hex))
            row = connection.exec_driver_sql(select, (digest,)).one()
        return EmbeddingModel(*row)

    @reads
    def any(self, connection: Connection, model: int) -> bool:
        """Whether any document has vectors of a model."""
        statement = "SELECT 1 FROM document WHERE state = 'words' AND meaning = ? LIMIT 1"
        return connection.exec_driver_sql(statement, (model,)).first() is not None

    @reads
    def lacking(self, connection: Connection, model: int, limit: int) -> list[int]:
        """Documents without vectors of a model, in the order in which they were read."""
        # Two ranges of the index instead of one that it cannot skip.
        statement = (
            "SELECT id FROM document WHERE state = 'words' AND meaning < ? UNION ALL"
            " SELECT id FROM document WHERE state = 'words' AND meaning > ? LIMIT ?"
        )
        return [row[0] for row in connection.exec_driver_sql(statement, (model, model, limit))]

    @reads
    def passages(self, connection: Connection, document: int) -> list[tuple[int, str, str]]:
        """Id, heading and text of the passages of a document."""
        rows = connection.exec_driver_sql(
            "SELECT id, heading, text FROM passage WHERE document = ?", (document,)
        )
        return [(id, heading, text) for id, heading, text in rows]

    @reads
    def embedded(self, connection: Connection, model: int) -> list[tuple[int, int]]:
        """Each passage that should have a vector of a model, with its document."""
        rows = connection.exec_driver_sql(
            "SELECT a.id, a.document FROM document d JOIN passage a ON a.document = d.id"
            " WHERE d.state = 'words' AND d.meaning = ?",
            (model,),
        )
        return [(id, document) for id, document in rows]

    @writes
    def mark(self, connection: Connection, documents: Iterable[int], model: int) -> None:
        """All passages of these documents have vectors of a model; 0: of none."""
        for document in documents:
            connection.exec_driver_sql("UPDATE document SET meaning = ? WHERE id = ?", (model, document))
