"""Moves the library to another folder, with a journal that survives crashes.

`engine.hub.relocate` says how files move. Here a journal in the data folder is kept while they do, and the
switch of the store, the settings and the wishes is done, which may be done twice.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.services.settings.placement_options import PlacementOptionsFile
from app.services.settings.settings import SettingsFile
from app.store.records import LibraryModel
from app.store.store import Store
from app.store.writers import is_alive
from engine.durable_files import sync_folder
from engine.errors import UserError
from engine.hub.trash import INCOMING, TRASH, files_below

if TYPE_CHECKING:
    from engine.hub.relocate import Journal, Move
    from engine.hub.transfer.stop import StopToken

Report = Callable[[int, int], None]
INTERVAL = 0.25


class LibraryMove:
    """`journal` is a file in the data folder, `default` where the library is without a setting. Methods are called
    with the lock of the library held."""

    def __init__(
        self,
        journal: Path,
        default: Path,
        store: Store,
        settings: SettingsFile,
        options: PlacementOptionsFile,
    ) -> None:
        self._journal = journal
        self._default = default
        self._store = store
        self._settings = settings
        self._options = options

    def move(self, source: Path, target: Path, report: Report, stop: StopToken) -> None:
        """Move everything of Coterie's from `source` to `target` and use the library there.

        What others put into the folder stays where it is.

        Raises Stopped and UserError `library.*`, `settings.not_saved`; everything is where it was then.
        """
        from engine.hub import relocate

        relocate.check_target(source, target)
        if not source.is_dir():  # its disk is gone, or it is empty: there is nothing to move
            relocate.unmark(target)
            self._settings.change(library_folder=self._setting(str(target)))
            return
        try:
            mode = relocate.mode_for(source, target)
            moves = self._moves(source, target)
            journal = relocate.Journal(str(source), str(target), mode, moves, owner=self._store.models.writer)
            if mode == "copy":
                relocate.check_room(target, journal.moves)
            relocate.write_journal(self._journal, journal)
        except (OSError, UserError) as error:
            relocate.unmark(target)
            raise _told(error, source) from error
        try:
            rotten = relocate.place(journal, _seldom(report), stop)
            self._settings.change(library_folder=self._setting(str(target)))
            switched = msgspec.structs.replace(journal, switched=True)
            relocate.write_journal(self._journal, switched)
        except BaseException as error:
            self._take_back(journal)
            if isinstance(error, OSError):
                raise _told(error, source) from error
            raise
        self._complete(switched, {move.source for move in rotten})

    def recover(self) -> None:
        """Complete or undo what a crash interrupted. Raises UserError `store.*`, `library.not_moved`."""
        from engine.hub import relocate

        if not self._journal.exists():
            return
        journal = relocate.read_journal(self._journal)
        if journal is None:  # a journal is written atomically: this is none of ours
            self._journal.unlink()
        elif journal.owner not in ("", self._store.models.writer) and is_alive(journal.owner):
            return  # another process is working on it, on a file system without locks
        elif journal.switched:
            self._complete(journal, set())
        else:
            self._take_back(journal)

    def _take_back(self, journal: Journal) -> None:
        from engine.hub import relocate

        if self._settings.current.library_folder == self._setting(journal.target):
            self._settings.change(library_folder=self._setting(journal.source))
        relocate.take_back(journal)
        self._journal.unlink(missing_ok=True)

    def _complete(self, journal: Journal, rotten: set[str]) -> None:
        """Steps after the switch, all idempotent."""
        if journal.mode == "rename":
            self._give_up(journal)
        places = {move.source: move.target for move in journal.moves}
        changed = [
            moved
            for model in self._store.models.all()
            if (moved := _moved(model, places, rotten)) is not model
        ]
        self._store.models.put(*changed)
        self._switch(journal.target, places)
        self._give_up(journal)
        sync_folder(Path(journal.source))
        self._journal.unlink(missing_ok=True)

    def _give_up(self, journal: Journal) -> None:
        from engine.hub import relocate

        try:
            relocate.give_up_first_places(journal)
        except OSError as error:
            raise _told(error, Path(journal.source)) from error

    def _switch(self, target: str, places: dict[str, str]) -> None:
        """Update settings and placement options that contain paths."""
        settings = self._settings.current
        self._settings.change(
            library_folder=self._setting(target),
            model=places.get(settings.model, settings.model),
            embedding_model=places.get(settings.embedding_model, settings.embedding_model),
            recent_models=tuple(places.get(path, path) for path in settings.recent_models),
        )
        for old, new in places.items():
            self._options.move(old, new)

    def _setting(self, folder: str) -> str:
        return "" if Path(folder) == self._default else folder

    def _moves(self, source: Path, target: Path) -> tuple[Move, ...]:
        """Everything that Coterie put into the folder: models, trash, and partial downloads."""
        from engine.hub.relocate import Move

        hashes = {file.path: file.sha256 for model in self._store.models.all() for file in model.owned}
        paths = {Path(path) for path in hashes if Path(path).is_relative_to(source)}
        for name in (TRASH, INCOMING):
            paths |= {path for path, _ in files_below(source / name)}
        moves = []
        for path in sorted(paths):
            if path.is_file() and not path.is_symlink():
                place = target / path.relative_to(source)
                moves.append(Move(str(path), str(place), path.stat().st_size, hashes.get(str(path), "")))
        return tuple(moves)


def _moved(model: LibraryModel, places: dict[str, str], rotten: set[str]) -> LibraryModel:
    """The model with its files' new paths; the same one when none has moved."""
    if not any(file.path in places for file in model.files):
        return model
    files = tuple(
        msgspec.structs.replace(file, path=places.get(file.path, file.path)) for file in model.files
    )
    damaged = any(file.path in rotten for file in model.files)
    return msgspec.structs.replace(model, files=files, state="damaged" if damaged else model.state)


def _seldom(report: Report) -> Report:
    """The report, throttled to a few times a second."""
    last = 0.0

    def told(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= INTERVAL:
            last = now
            report(done, total)

    return told


def _told(error: BaseException, source: Path) -> BaseException:
    if not isinstance(error, OSError):
        return error
    path = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(source)
    return UserError("library.not_moved", path=path, detail=error.strerror or str(error))
