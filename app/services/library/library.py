"""The library: models on disk, and operations on them.

Methods read and write the disk, some for minutes: call them off the GUI thread. Changes are published from
the calling thread. Another process may use the same library at the same time.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.services.events import EventBus
from app.services.library.events import LibraryChanged, MoveProgress
from app.services.library.files import LibraryFiles
from app.services.library.folder import LibraryFolder
from app.services.library.importing import LibraryImport
from app.services.library.lock import LibraryLock
from app.services.library.names import matching
from app.services.library.pairing import pair_all, seeing
from app.services.library.presence import is_there, looked_at
from app.services.library.relocation import LibraryMove
from app.services.library.values import DiskUse, Found, LookedAt, Removed
from app.services.settings.placement_options import PlacementOptionsFile
from app.services.settings.settings import SettingsFile
from app.store.records import Download, LibraryModel, ModelOrigin
from app.store.store import Store
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.library.fetching import Fetching
    from engine.hub.transfer import StopToken, Verification

TRASH_DAYS = 30
Paused = Callable[[], contextlib.AbstractContextManager[None]]


class Library:
    """Downloaded models, and models of the user's or of other programs that were imported in place.

    `user_home` is where other programs store their models.
    """

    def __init__(
        self,
        home: Path,
        store: Store,
        settings: SettingsFile,
        options: PlacementOptionsFile,
        events: EventBus,
        *,
        user_home: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._clock = clock
        self.parts = home / "parts"
        self.lock = LibraryLock(home / "library.lock")
        self._events = events
        self._paused: Paused = contextlib.nullcontext
        self._fetching: Fetching | None = None
        self._folder = LibraryFolder(home / "models", store, settings)
        self._files = LibraryFiles(store, self._folder, self.parts)
        self._import = LibraryImport(store, user_home)
        self._move = LibraryMove(home / "moving.json", self._folder.default, store, settings, options)
        self._refreshed = False
        self._names: list[dict[str, str]] = []

    def attach(self, paused: Paused, fetching: Fetching) -> None:
        """Attach the downloads: `paused` holds all of them while it is open, `fetching` repairs models."""
        self._paused, self._fetching = paused, fetching

    # --- reading ---

    @property
    def folder(self) -> Path:
        """The folder of downloaded models. Never blocks; it is created with the first file."""
        return self._folder.path

    def models(self, trashed: bool = False) -> tuple[LibraryModel, ...]:
        """Models of the library, oldest first; with `trashed` also removed ones that can be restored.

        Checks whether the files exist: a model whose files are gone is "missing" until they are back, and
        `LibraryChanged` is published.
        """
        if not self._refreshed:
            self._refreshed = True
            with contextlib.suppress(UserError):  # the list is shown all the same
                self.refresh()
        self._look()
        return tuple(model for model in self._store.models.all() if trashed or model.trashed is None)

    def known(self) -> tuple[LibraryModel, ...]:
        """All models, including the trash, in their last known state."""
        return tuple(self._store.models.all())

    def get(self, id: str) -> LibraryModel:
        """The model that has this id, or is the only one that this short form of an id or this name means; one in
        the trash only by its id.

        Raises UserError `library.not_found`, `library.ambiguous` (`choices`).
        """
        every = self._store.models.all()
        found = matching(id, [model for model in every if model.trashed is None])
        found = found or [model for model in every if model.id == id]
        if not found:
            raise UserError("library.not_found", name=id)
        if len(found) > 1:
            raise UserError("library.ambiguous", name=id, choices=", ".join(model.id for model in found))
        return found[0]

    def at(self, path: str) -> LibraryModel | None:
        """The model in the library that has a file at this path."""
        for model in self._store.models.all():
            if model.trashed is None and any(file.path == path for file in model.files):
                return model
        return None

    def seeing(self) -> LibraryModel | None:
        """The model that takes pictures and was used last, as last known; None without one. Reads no files."""
        return seeing(self.known())

    def located(self, model: LibraryModel) -> Path:
        """The file to load. Raises UserError `library.missing` (`name`, `path`) when it is gone."""
        if not is_there(model):
            with contextlib.suppress(UserError), self.lock.held(patience=1.0):
                self._move.recover()
                self._settle(model)
            model = self._store.models.find(model.id) or model
            if not is_there(model):
                raise UserError("library.missing", name=model.name, path=model.path)
        return Path(model.path)

    def trash(self) -> tuple[LibraryModel, ...]:
        """Removed models whose files still exist, the latest first."""
        found = [model for model in self._store.models.all() if model.trashed is not None and model.managed]
        return tuple(sorted(found, key=lambda model: -(model.trashed or 0.0)))

    def duplicates(self) -> tuple[tuple[LibraryModel, ...], ...]:
        """Groups of models with the same bytes in different files, as far as their hashes are known."""
        groups: dict[tuple[str, ...], dict[str, LibraryModel]] = {}
        for model in self.models():
            hashes = tuple(file.sha256 for file in model.weights)
            if all(hashes):
                groups.setdefault(hashes, {}).setdefault(os.path.realpath(model.path), model)
        return tuple(tuple(group.values()) for group in groups.values() if len(group) > 1)

    def disk(self) -> DiskUse:
        """Disk usage of the library, and free space."""
        return self._folder.disk()

    def room(self) -> tuple[int, int]:
        """Free and total bytes of the disk of the library's folder; both 0 where a chosen folder does not
        exist.
        """
        return self._folder.room()

    def ready_folder(self) -> Path:
        """The folder, ready for writing. Raises UserError `library.folder_gone`, `library.not_writable`."""
        return self._folder.made()

    def called(self, path: str) -> str:
        """The name of the model at this path with its quantization, "" for one that is not in the library.

        Cached until the library changes.
        """
        kept = self._names
        if (
            not kept
        ):  # what is read of a library that changes meanwhile goes into a list that nobody has any more
            names = {
                file.path: f"{model.name} · {model.quantisation}" if model.quantisation else model.name
                for model in self._store.models.all()
                if model.trashed is None
                for file in model.files[:1]
            }
            kept.append(names)
        return kept[0].get(path, "")

    # --- importing ---

    def found_elsewhere(self) -> tuple[Found, ...]:
        """Models in the Hugging Face cache and in the stores of LM Studio and Ollama. They are only read."""
        return self._import.found_elsewhere()

    def look_at(self, path: Path | str) -> LookedAt:
        """What importing a file would give; nothing is kept. Raises UserError `model.*`, `library.companion`."""
        return self._import.look_at(Path(path).absolute(), self._clock())

    def import_(self, path: Path | str, origin: ModelOrigin = "file") -> tuple[LibraryModel, ...]:
        """Import the model of a file, or all models in a folder, in place: nothing is copied or changed.

        A model that is in the library already is returned unchanged. Raises UserError `model.*` for an
        invalid file, `library.nothing_found` for a folder without models, `library.companion`,
        `library.busy`.
        """
        with self.lock.held():
            taken = self._import.take_in(Path(path).expanduser().absolute(), origin, self._clock())
            for number, model in enumerate(taken):
                if model.trashed is not None:  # its file was picked in the trash
                    self._files.take_out(model)
                    taken[number] = self._store.models.find(model.id) or model
        self.changed()
        return tuple(taken)

    # --- changing ---

    def rename(self, id: str, name: str) -> LibraryModel:
        """Rename a model; its id and files stay. Raises UserError `library.not_found`, `library.no_name`."""
        name = " ".join(name.split())
        if not name:
            raise UserError("library.no_name")
        return self._changed(self._store.models.change(self.get(id).id, name=name), id)

    def remove(self, id: str) -> Removed:
        """Remove a model from the library.

        Files that Coterie downloaded go to the trash in the library's folder; others stay in place. `restore`
        undoes either for 30 days. A loaded model keeps answering: on Linux and macOS a mapped file stays
        intact until it is unmapped. Raises UserError `library.not_found`, `library.not_moved`,
        `library.busy`.
        """
        with self.lock.held():
            model = self.get(id)
            if model.trashed is not None:
                raise UserError("library.not_found", name=id)
            now = self._clock()
            reclaimed = self._files.put_in_trash(model, now) if model.managed else 0
            removed = self._store.models.change(model.id, trashed=now)
        return Removed(self._changed(removed, id), reclaimed)

    def delete(self, id: str) -> Removed:
        """As `remove`, permanently: what Coterie downloaded is deleted, and `reclaimed` bytes are free.

        Also for a model in the trash. Raises UserError as `remove`.
        """
        with self.lock.held():
            model = self.get(id)
            reclaimed = self._files.delete(model, self._clock())
        self.changed()
        return Removed(model, reclaimed)

    def restore(self, id: str) -> LibraryModel:
        """Raises UserError `library.not_found`, `library.not_moved`, `library.place_taken`, `library.busy`."""
        with self.lock.held():
            model = self._store.models.find(id) or self.get(id)
            if model.trashed is not None and model.managed:
                self._files.take_out(model)
            restored = self._store.models.change(model.id, trashed=None)
        return self._changed(restored, id)

    def empty_trash(self, older_than: float | None = None) -> int:
        """Delete removed models permanently, all or those removed before that time (seconds since 1970);
        returns the bytes freed.

        Raises UserError `library.busy`.
        """
        with self.lock.held():
            freed = self._files.empty(older_than)
        self.changed()
        return freed

    def clear_leftovers(self) -> int:
        """Delete partial files that no download knows (`DiskUse.leftover`); returns the bytes freed.

        Raises UserError `library.busy`.
        """
        with self.lock.held():
            freed = self._folder.clear_leftovers()
        self.changed()
        return freed

    def verify(self, id: str, repair: bool = False, stop: StopToken | None = None) -> Verification:
        """Read every byte of a model and compare it with what was downloaded, told as `VerifyProgress`; the model
        is "damaged" while something is wrong. For an imported model the first time only keeps its hashes. With
        `repair` bad parts of a model of the hub are fetched again.

        Raises UserError `library.not_found`, `library.missing`, `library.stopped`, `library.no_repair` for a bad
        model that is not of the hub, and as a download does.
        """
        from app.services.library.verification import repaired, verified
        from engine.hub.transfer import StopToken

        stop = stop or StopToken()
        model = self.get(id)
        self.located(model)
        model = self._store.models.find(model.id) or model
        found = verified(model, self.parts, self._events.publish, stop)
        self._keep_hashes(model, found)
        if found.ok or not repair:
            return found
        if self._fetching is None or model.origin != "hub" or not model.managed:
            raise UserError("library.no_repair", name=model.name)
        with self.lock.held():  # do not move a file that is being written
            found = repaired(model, found, self.parts, self._fetching, self._events.publish, stop)
        self._keep_hashes(model, found)
        return found

    def move_to(self, folder: Path | str, stop: StopToken | None = None) -> None:
        """Keep the library in another folder from now on, and move what Coterie downloaded there; told as
        `MoveProgress`. Downloads pause meanwhile. Killed at any moment, it leaves every model where it can be read.

        A model that is loaded goes on answering, as in `remove`. Raises UserError `library.stopped` (everything is
        where it was), `library.move_inside`, `library.move_not_empty`, `library.no_room`, `library.not_writable`,
        `library.not_moved`, `library.busy`, `library.busy_elsewhere`, `settings.not_saved`.
        """
        from engine.hub.transfer import Stopped, StopToken

        target = Path(folder).expanduser().absolute()
        if target == self.folder:
            return
        with self._paused(), self.lock.held():
            self._move.recover()
            source = self.folder
            last = (0, 0)

            def report(done: int, total: int) -> None:
                nonlocal last
                last = (done, total)
                self._events.publish(MoveProgress(str(target), done, total))

            try:
                self._move.move(source, target, report, stop or StopToken())
            except Stopped as error:
                raise UserError("library.stopped") from error
        self._events.publish(MoveProgress(str(target), last[1], last[1]))
        self.changed()

    def used(self, path: str) -> None:
        """Record that an answer was generated with the model at `path`."""
        model = self.at(path)
        if model is not None:
            self._store.models.change(model.id, used=self._clock())
            self.changed()

    # --- maintenance ---

    def refresh(self) -> None:
        """Complete what a crash interrupted, and import unknown models in the folder."""
        try:
            with self.lock.held(patience=1.0):
                self._move.recover()
                for model in self._store.models.all():
                    self._files.settle(model)
                adopted = self._import.adopt(self.folder, self._store.downloads.all(), self._clock())
                paired = pair_all(self._store)
        except UserError as error:
            if error.code != "library.busy":
                raise
            return  # another process is doing so; the next refresh will do
        if adopted or paired:
            self.changed()

    def keep_house(self) -> None:
        """Maintenance after the start: `refresh`, and emptying the trash of what was removed long ago."""
        self.refresh()
        long_ago = self._clock() - TRASH_DAYS * 86_400
        with contextlib.suppress(UserError), self.lock.held(patience=1.0):
            if self._files.empty(long_ago):
                self.changed()
            self._files.forget(long_ago)

    def check_new(self, id: str) -> LibraryModel | None:
        """The model that makes downloading `id` unnecessary: present and intact, or in the trash.

        One whose trash was emptied by hand is forgotten.
        """
        model = self._store.models.find(id)
        if model is None or not model.managed:
            return model
        model = next((one for one in self.models(trashed=True) if one.id == id), model)
        if model.trashed is None:
            return model if model.state == "ready" else None
        if is_there(model):
            return model
        if self.room() != (0, 0):
            self._store.models.remove(id)
            return None
        return model

    def publish(self, download: Download, model: LibraryModel) -> Download:
        """Record a completed download: it is done and its model in the library, both or neither."""
        with self.lock.held(patience=60.0):
            known = self._store.models.find(model.id)
            if known is not None:  # it was damaged or missing
                model = msgspec.structs.replace(model, name=known.name, added=known.added, used=known.used)
            done = self._store.downloads.finish(download.id, model)
            pair_all(self._store)  # other models of its repository may see by what came along
        self.changed()
        return done or download

    def changed(self) -> None:
        """Publish that the library has changed."""
        self._names = []
        self._events.publish(LibraryChanged())

    # --- inside ---

    def _look(self) -> None:
        """Record which models disappeared, came back or changed."""
        looks = [(model, looked_at(model)) for model in self._store.models.all() if model.trashed is None]
        vanished = [model for model, fields in looks if fields.get("state") == "missing"]
        if vanished:
            with contextlib.suppress(UserError), self.lock.held(patience=0.5):
                self._move.recover()
                for model in vanished:
                    self._settle(model)
            looks = [(model, looked_at(model)) for model in self._store.models.all() if model.trashed is None]
        changes = [(model.id, fields) for model, fields in looks if fields]
        for id, fields in changes:
            self._store.models.change(id, **fields)
        if changes:
            self.changed()

    def _settle(self, model: LibraryModel) -> None:
        """Find the files of a model as it is now, with the lock held: it may have been removed since it was read."""
        if (now := self._store.models.find(model.id)) is not None:
            self._files.settle(now)

    def _keep_hashes(self, model: LibraryModel, found: Verification) -> None:
        """Save the result of a verification.

        Only that is changed, as the model may have been moved or renamed meanwhile.
        """
        from app.services.library.verification import with_hashes

        fields = {"state": "ready", "verified": self._clock()} if found.ok else {"state": "damaged"}
        with self.lock.held(patience=60.0):
            now = self._store.models.find(model.id)
            if now is not None:
                self._store.models.change(now.id, files=with_hashes(now, found), **fields)
        self.changed()

    def _changed(self, model: LibraryModel | None, id: str) -> LibraryModel:
        if model is None:  # deleted by another process meanwhile
            raise UserError("library.not_found", name=id)
        self.changed()
        return model
