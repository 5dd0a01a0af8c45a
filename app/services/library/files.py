"""Moves library files to and from the trash, and completes interrupted moves.

A move is noted in the store first and done then. Both places of a file follow from each other, so a move that
was noted and not done is done by whoever finds the file at its other place. All functions are called with the
lock of the library held.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from app.services.library.folder import LibraryFolder
from app.store.records import LibraryFile, LibraryModel
from app.store.store import Store
from engine.errors import UserError
from engine.hub.trash import (
    TRASH,
    counterpart,
    is_there,
    move_file,
    original_place,
    prune,
    remove_files,
    trash_place,
    trash_root,
)


class LibraryFiles:
    """Files of the models in `store`; `parts` stores the hashes of their parts."""

    def __init__(self, store: Store, folder: LibraryFolder, parts: Path) -> None:
        self._store = store
        self._folder = folder
        self._parts = parts

    def put_in_trash(self, model: LibraryModel, now: float) -> int:
        """Move files that no other model needs to the trash; returns the bytes to be freed.

        Missing files are ignored. Raises UserError `library.not_moved`, with nothing changed.
        """
        folder, needed = self._folder.path, self._needed_by_others(model.id)
        moves = {
            Path(file.path): trash_place(Path(file.path), folder, model.id)
            for file in model.owned
            if file.path not in needed and original_place(Path(file.path)) is None
        }
        there = self._move(model, moves, now)
        prune((source.parent for source in there), folder)
        return sum(file.bytes for file in model.files if Path(file.path) in there)

    def delete(self, model: LibraryModel, now: float) -> int:
        """Delete a model permanently, by way of the trash; returns the bytes freed.

        Files that are not Coterie's stay, and the model is forgotten. Raises UserError `library.not_moved`.
        """
        if not model.managed:
            self._store.models.change(model.id, trashed=now)
            if not Path(model.path).is_relative_to(self._folder.path):
                self._store.models.remove(model.id)
            return 0
        if model.trashed is None:
            self.put_in_trash(model, now)
        return self._delete(self._store.models.find(model.id) or model)

    def take_out(self, model: LibraryModel) -> None:
        """Move a model's files back from the trash.

        Raises UserError `library.place_taken` or `library.not_moved`, with nothing changed.
        """
        moves = {Path(file.path): place for file in model.files if (place := original_place(Path(file.path)))}
        taken = [
            (source, target) for source, target in moves.items() if is_there(source) and is_there(target)
        ]
        again = {Path(file.path) for file in model.files if file.is_projector}
        for source, target in taken:
            if source not in again:
                raise UserError("library.place_taken", path=str(target))
        for source, _ in taken:  # another model of its repository brought the projector again
            with contextlib.suppress(OSError):
                source.unlink()
        _prune_trash(self._move(model, moves, None))

    def empty(self, older_than: float | None) -> int:
        """Delete permanently what was removed before that time, or everything in the trash; returns the bytes
        freed.
        """
        freed = 0
        if not self._folder.path.is_dir():  # its disk is not connected, and neither is the trash
            return 0
        for model in self._store.models.all():
            if model.trashed is None or not model.managed:
                continue
            if older_than is None or model.trashed < older_than:
                freed += self._delete(model)
        if older_than is None:
            freed += remove_files(self._folder.path / TRASH)  # also files of no model in the store
        return freed

    def forget(self, older_than: float) -> None:
        """Forget imported models that were removed before that time.

        One in the library's folder is remembered: it would be found there and imported again.
        """
        folder = self._folder.path
        for model in self._store.models.all():
            long_ago = model.trashed is not None and model.trashed < older_than
            if long_ago and not model.managed and not Path(model.path).is_relative_to(folder):
                self._store.models.remove(model.id)

    def settle(self, model: LibraryModel) -> None:
        """Complete interrupted moves: a file found at its other path is moved to where the store says it is."""
        missing = [file for file in model.files if not is_there(Path(file.path))]
        if not model.managed or not missing:
            return
        folder, needed = self._folder.path, self._needed_by_others(model.id)
        for file in missing:
            other = counterpart(Path(file.path), folder, model.id)
            if str(other) in needed:
                continue
            with contextlib.suppress(OSError):
                if other.stat().st_size == file.bytes:
                    move_file(other, Path(file.path))
                    prune([other.parent], folder)

    def _move(self, model: LibraryModel, moves: dict[Path, Path], trashed: float | None) -> list[Path]:
        """Move those files that exist, noted first; returns them. Raises UserError `library.not_moved`."""
        there = [source for source in moves if is_there(source)]
        self._store.models.change(model.id, files=_replaced(model.files, moves), trashed=trashed)
        try:
            for source in there:
                # What lies in the trash is of an earlier model with this id, which the store forgot.
                if trashed is not None:
                    with contextlib.suppress(OSError):
                        moves[source].unlink(missing_ok=True)
                move_file(source, moves[source])
        except OSError as error:
            for source in there:
                with contextlib.suppress(OSError):
                    move_file(moves[source], source)
            self._store.models.change(model.id, files=model.files, trashed=model.trashed)
            path = str(error.filename or model.path)
            raise UserError("library.not_moved", path=path, detail=error.strerror or str(error)) from error
        return there

    def _delete(self, model: LibraryModel) -> int:
        needed = self._needed_by_others(model.id)
        freed = 0
        for file in model.owned:
            path = Path(file.path)
            # A projector that others needed when its model was removed is still in its place.
            if file.path not in needed and (original_place(path) is not None or file.is_projector):
                with contextlib.suppress(OSError):
                    size = path.stat().st_size
                    path.unlink()
                    freed += size
                _prune_trash([path])
        if not any(original_place(Path(file.path)) and is_there(Path(file.path)) for file in model.files):
            self._store.models.remove(model.id)
            self._forget_parts(model)
        return freed

    def _forget_parts(self, model: LibraryModel) -> None:
        """Delete hashes of parts of files that no model has any more."""
        needed = {file.sha256 for other in self._store.models.all() for file in other.files}
        for file in model.files:
            if file.sha256 and file.sha256 not in needed:
                with contextlib.suppress(OSError):
                    (self._parts / f"{file.sha256}.parts").unlink(missing_ok=True)

    def _needed_by_others(self, id: str) -> set[str]:
        """Files that other models need; in the trash they need but a projector that others had, too."""
        return {
            file.path
            for model in self._store.models.all()
            if model.id != id
            for file in model.files
            if model.trashed is None or file.is_projector
        }


def _replaced(files: Iterable[LibraryFile], moves: dict[Path, Path]) -> tuple[LibraryFile, ...]:
    return tuple(
        msgspec.structs.replace(file, path=str(moves.get(Path(file.path), file.path))) for file in files
    )


def _prune_trash(paths: Iterable[Path]) -> None:
    """Remove folders that are empty now that these files have left the trash."""
    for path in paths:
        prune([path.parent], trash_root(path))
