"""Compares the sources of collections with what is known of their files. What it finds is the truth; nothing else
tells of changes."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from itertools import chain, islice

from app.services.collections.walking import walk
from app.store.documents.records import Source
from app.store.documents.store import DocumentStore

log = logging.getLogger(__name__)
_AT_ONCE = 500  # files of one transaction


def scan(store: DocumentStore, source: Source, stopped: Callable[[], bool]) -> None:
    """Note which files of a source are new, changed or gone; those of the data folder are left out. A source that is
    not there, or empty where it was not, may be on a disk that is not connected: its files stay as they are."""
    unread: list[bytes] = []
    files = walk(source.path, unread, os.fsencode(store.database.place.database.parent))
    try:
        first = list(islice(files, 1))
        if not first and store.places.count(source.id):
            raise FileNotFoundError
        number = store.places.begin_scan(source)
        rest = chain(first, files)
        while batch := list(islice(rest, _AT_ONCE)):
            if stopped():
                return
            store.places.see(source, number, batch)
    except OSError:
        log.info("Source %d of a collection is not there", source.id)
        store.places.lose(source)
        return
    store.places.end_scan(source, number, unread)
