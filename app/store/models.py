"""Models of the library, including the trash. Each function works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from app.store.records import LibraryModel
from app.store.tables import ModelRow

_COLUMNS = [getattr(ModelRow, name) for name in LibraryModel.__struct_fields__]


def every(connection: Connection) -> list[LibraryModel]:
    """All models, oldest first."""
    statement = select(*_COLUMNS).order_by(ModelRow.added, ModelRow.id)
    return [LibraryModel(*row) for row in connection.execute(statement)]


def find(connection: Connection, id: str) -> LibraryModel | None:
    row = connection.execute(select(*_COLUMNS).where(ModelRow.id == id)).first()
    return None if row is None else LibraryModel(*row)


def add(connection: Connection, model: LibraryModel) -> LibraryModel:
    """Add one under its id, or numbered from 2 if taken; returns it as added."""
    taken = set(connection.scalars(select(ModelRow.id)))
    id, number = model.id, 1
    while id in taken:
        number += 1
        id = f"{model.id}-{number}"
    added = msgspec.structs.replace(model, id=id)
    connection.execute(insert(ModelRow).values(**_values(added)))
    return added


def put(connection: Connection, models: Sequence[LibraryModel]) -> None:
    """Insert or replace each by its id."""
    for model in models:
        connection.execute(delete(ModelRow).where(ModelRow.id == model.id))
        connection.execute(insert(ModelRow).values(**_values(model)))


def change(connection: Connection, id: str, /, **fields: Any) -> LibraryModel | None:
    """Set fields of one and leave the others, which another process may have changed; None if it is gone."""
    connection.execute(update(ModelRow).where(ModelRow.id == id).values(**fields))
    return find(connection, id)


def remove(connection: Connection, id: str) -> None:
    connection.execute(delete(ModelRow).where(ModelRow.id == id))


def _values(model: LibraryModel) -> dict[str, Any]:
    return {name: getattr(model, name) for name in LibraryModel.__struct_fields__}
