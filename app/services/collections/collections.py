"""Named sets of folders and files: adds, searches and removes them, and keeps their index up to date.

Methods block on the disk: call them off the GUI thread. Any of them raises UserError `store.*`.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import msgspec

from app.services.collections import definitions
from app.services.collections.indexing import Indexer
from app.services.collections.meaning import Meaning
from app.services.collections.passage_search import Hit, search
from app.services.collections.reading import shown
from app.services.collections.reranking import Score
from app.services.collections.scanned import WaitingScans
from app.services.collections.search_models import included_embedder
from app.services.collections.vector_space import MakeEmbedder
from app.services.settings.file_lock import locked
from app.store.documents.opening import DAMAGED, FILE
from app.store.documents.records import Collection, Counts, Failure, Source
from app.store.documents.store import DocumentStore
from engine.errors import UserError

log = logging.getLogger(__name__)
LOCK = "documents.lock"
_LONGEST_NAME = 100
_TOLD_S = 0.5  # between two changes that are told while files are read


class Status(msgspec.Struct, frozen=True):
    """How far the files of a collection are. `skipped`: how many, by why; `finds_meaning`: there is a
    model for it."""

    collection: Collection
    counts: Counts
    failed: tuple[Failure, ...]
    skipped: dict[str, int]
    sources: tuple[Source, ...]
    finds_meaning: bool


class Collections:
    """The collections of a data folder, whose index is opened with the first use. `changed` is called on any thread
    when they are others, or more of their files are read. `score` orders what a search finds; `before` makes the
    embedder whose vectors find until there are those of `make_embedder`'s."""

    def __init__(
        self,
        home: Path,
        make_embedder: MakeEmbedder = included_embedder,
        changed: Callable[[], None] = lambda: None,
        score: Score = lambda query, texts: None,
        before: MakeEmbedder | None = None,
    ) -> None:
        self._home, self._changed, self._score = home, changed, score
        self._meaning = Meaning(home, make_embedder, before)
        self._lock = threading.Lock()
        self._opened: DocumentStore | None = None
        self._closed = threading.Event()
        self.scans = WaitingScans(home / LOCK, self._store, self._closed.is_set, changed)
        # Whether the index was damaged and is made anew.
        self.was_damaged = False

    @property
    def exist(self) -> bool:
        """Whether there may be any: nothing is opened to see that there are none."""
        return (self._home / FILE).exists() or (self._home / definitions.FILE).exists()

    def all(self) -> list[Status]:
        with self._store() as store:
            return [self._status(store, each) for each in store.collections.all()]

    def status(self, name: str) -> Status:
        """Raises UserError `collections.none`."""
        with self._store() as store:
            return self._status(store, _named(store, name))

    def names(self) -> tuple[str, ...]:
        with self._store() as store:
            return tuple(each.name for each in store.collections.all())

    def named(self, name: str) -> Collection:
        """Raises UserError `collections.none`."""
        with self._store() as store:
            return _named(store, name)

    def waiting(self, name: str) -> int:
        """How many files of a collection are not read yet. Raises UserError `collections.none`."""
        with self._store() as store:
            return store.places.counts(_named(store, name).id).waiting

    def add(self, name: str, paths: Sequence[Path]) -> Collection:
        """Add folders and files to a collection, which is made where there is none; they wait to be read.

        Raises UserError `collections.bad_name` and `collections.no_path`.
        """
        name = _checked(name)
        found: list[bytes] = []
        for path in paths:
            try:
                whole = path.expanduser().resolve(strict=True)
            except (OSError, RuntimeError, ValueError) as error:
                raise UserError("collections.no_path", path=shown(str(path))) from error
            found.append(os.fsencode(whole))
        with self._store() as store:
            collection = store.collections.add(name, found)
            definitions.keep(store, self._home)
        self._changed()
        return collection

    def rename(self, name: str, new: str) -> Collection:
        """Raises UserError `collections.none`, `collections.bad_name`, and `collections.taken` where another has the
        new name."""
        new = _checked(new)
        with self._store() as store:
            collection = _named(store, name)
            if (other := store.collections.named(new)) is not None and other.id != collection.id:
                raise UserError("collections.taken", name=other.name)
            renamed = store.collections.rename(collection.id, new)
            definitions.keep(store, self._home)
        self._changed()
        return renamed

    def put_back(self, name: str, paths: Sequence[bytes]) -> None:
        """Take back that sources of a collection, or all of it, were removed, also where they are not there now."""
        with self._store() as store:
            store.collections.add(name, list(paths))
            definitions.keep(store, self._home)
        self._changed()

    def remove(self, name: str, paths: Sequence[Path] = ()) -> list[bytes]:
        """Remove a collection, or these sources of it, which are returned; the files themselves stay where they are.

        Raises UserError `collections.none` and `collections.no_source`.
        """
        with self._store() as store:
            collection = _named(store, name)
            sources = {source.path: source for source in store.collections.sources(collection.id)}
            wanted: list[Source] = []
            for path in paths:
                absolute = path.expanduser().absolute()
                ways = [
                    os.fsencode(absolute),
                    os.fsencode(os.path.normpath(absolute)),
                    os.fsencode(absolute.resolve()),
                ]
                source = next((sources[way] for way in ways if way in sources), None)
                if source is None:
                    raise UserError("collections.no_source", path=shown(str(path)), name=collection.name)
                wanted.append(source)
            for source in wanted:
                store.collections.remove_source(source.id)
            if not paths:
                store.collections.remove(collection.id)
            definitions.keep(store, self._home)
        self._changed()
        return [source.path for source in wanted] if paths else list(sources)

    def search(self, name: str, query: str, limit: int) -> list[Hit]:
        """Passages about the query, the best first. Raises UserError `collections.none`."""
        with self._store() as store:
            collection = _named(store, name)
            return search(store, self._meaning, self._score, collection.id, query, limit)

    def bring_up_to_date(
        self,
        name: str | None = None,
        *,
        meaning: bool = True,
        stopped: Callable[[], bool] = lambda: False,
        wait_turn: Callable[[], None] = lambda: None,
        on_progress: Callable[[int], None] = lambda done: None,
    ) -> bool:
        """Scan one collection or all, read what is new and remove what is not held any more; then make the vectors
        that are missing, if `meaning`. False: another process does it.

        `wait_turn` blocks while something else comes first. `on_progress` gets how many files are done, of each of
        both. Raises UserError `collections.none`, `collections.no_process` and `engine.*`.
        """

        def ended() -> bool:
            return self._closed.is_set() or stopped()

        try:
            with locked(self._home / LOCK, 0.0), self._store() as store:
                collection = None if name is None else _named(store, name).id
                indexer = Indexer(store, ended, wait_turn)
                indexer.scan(store.collections.sources(collection))
                self._changed()
                indexer.read(self._telling(on_progress))
                self._meaning.forget(indexer.sweep())
                self._changed()
                if meaning and not ended():
                    self._meaning.fill(store, ended, wait_turn, self._telling(on_progress))
                    self._changed()
                return True
        except TimeoutError:
            return False

    def _telling(self, on_progress: Callable[[int], None]) -> Callable[[int], None]:
        """The same, and `changed` now and then."""
        told = time.monotonic()

        def tell(done: int) -> None:
            nonlocal told
            on_progress(done)
            if time.monotonic() - told >= _TOLD_S:
                told = time.monotonic()
                self._changed()

        return tell

    def embed_with(self, make: MakeEmbedder) -> None:
        """Search by meaning with another embedder, once it has made all vectors in `bring_up_to_date`."""
        with self._store() if self.exist else nullcontext() as store:
            self._meaning.change(store, make)
        self._changed()

    def tell(self) -> None:
        """Have those look again who show how far the collections are."""
        self._changed()

    def make_way(self) -> None:
        """Break off the step at work in `bring_up_to_date` that could keep the processor busy: `wait_turn` is asked
        before it is made again."""
        self._meaning.make_way()

    def sweep(self) -> None:
        """Forget what no collection holds any more, unless another process is at it: it does so too."""
        with suppress(TimeoutError), locked(self._home / LOCK, 0.0), self._store() as store:
            self._meaning.forget(Indexer(store, self._closed.is_set).sweep())

    def close(self) -> None:
        self._closed.set()
        self._meaning.close()
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    @contextmanager
    def _store(self) -> Iterator[DocumentStore]:
        """The index, opened. One that turns out to be damaged is set aside: the next call begins anew."""
        with self._lock:
            if self._opened is None:
                self._opened, is_new = DocumentStore.open(self._home)
                if is_new or not self._opened.collections.all():
                    definitions.restore(self._opened, self._home)
                self.was_damaged = self.was_damaged or is_new
            opened = self._opened
        try:
            yield opened
        except UserError as error:
            if error.code in DAMAGED:
                self._set_aside(opened)
                raise UserError("collections.damaged") from error
            raise

    def _set_aside(self, opened: DocumentStore) -> None:
        with self._lock:
            if self._opened is opened:
                opened.set_aside()
                self._meaning.reset()
                self._opened, self.was_damaged = None, True

    def _status(self, store: DocumentStore, collection: Collection) -> Status:
        model = self._meaning.model(store)
        return Status(
            collection,
            store.places.counts(collection.id, model.id if model else 0),
            tuple(store.places.failures(collection.id)),
            store.places.skipped(collection.id),
            tuple(store.collections.sources(collection.id)),
            model is not None,
        )


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def _checked(name: str) -> str:
    """A name as it is kept. Raises UserError `collections.bad_name`."""
    name = _plain(name)
    if not name or len(name) > _LONGEST_NAME or any(unicodedata.category(each)[0] == "C" for each in name):
        raise UserError("collections.bad_name")
    return name


def _named(store: DocumentStore, name: str) -> Collection:
    found = store.collections.named(_plain(name))
    if found is None:
        raise UserError("collections.none", name=shown(name)[:_LONGEST_NAME])
    return found
