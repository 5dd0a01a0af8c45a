"""`coterie chats delete` and `restore`."""

from __future__ import annotations

from collections.abc import Sequence

from app.cli.opened import opened_store
from app.cli.output import Output
from app.store.store import Store
from engine.errors import UserError


def delete(ids: Sequence[int], output: Output) -> int:
    """Move chats to the trash, all or none. Raises UserError `cli.no_chat`."""
    with opened_store() as store:
        check_ids(store, ids)
        for id in ids:
            store.conversations.delete(id)
    output.object({"deleted": list(ids)})
    output.text(output.localized("cli.chats.deleted", count=len(ids), ids=" ".join(map(str, ids))))
    return 0


def restore(ids: Sequence[int], output: Output) -> int:
    """Take chats out of the trash, all or none. Raises UserError `cli.no_chat`."""
    with opened_store() as store:
        check_ids(store, ids)
        for id in ids:
            store.conversations.restore(id)
    output.object({"restored": list(ids)})
    output.text(output.localized("cli.chats.restored", count=len(ids)))
    return 0


def check_ids(store: Store, ids: Sequence[int]) -> None:
    """Raise UserError `cli.no_chat` for the first that is not there."""
    for id in ids:
        if store.conversations.find(id) is None:
            raise UserError("cli.no_chat", id=str(id))
