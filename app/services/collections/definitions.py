"""What the collections consist of, as `collections.json`: the one thing of them that cannot be read again."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from app.store.documents.store import DocumentStore
from engine.durable_files import write_whole
from engine.errors import UserError

log = logging.getLogger(__name__)
FILE = "collections.json"


def keep(store: DocumentStore, folder: Path) -> None:
    """Write down the collections of the index. Raises UserError `store.disk_error`."""
    told = {
        each.name: [os.fsdecode(source.path) for source in store.collections.sources(each.id)]
        for each in store.collections.all()
    }
    try:
        write_whole(folder / FILE, json.dumps(told, indent=1).encode())
    except OSError as error:
        detail = error.strerror or str(error)
        raise UserError("store.disk_error", folder=str(folder), detail=detail) from error


def restore(store: DocumentStore, folder: Path) -> None:
    """Add the collections that are written down to an empty index."""
    try:
        told = json.loads((folder / FILE).read_bytes())
        for name, paths in told.items():
            store.collections.add(str(name), [os.fsencode(path) for path in paths])
    except FileNotFoundError:
        return
    except (OSError, ValueError, TypeError, AttributeError) as error:
        log.warning("The list of collections cannot be read: %s", type(error).__name__)
