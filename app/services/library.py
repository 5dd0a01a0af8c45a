"""The library: which models are on disk, and all that is done with them.

Methods read and write the disk, some for minutes: call them off the GUI thread. What changes is told to the
subscribers, from the calling thread. Another process may use the same library at the same time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from app.services.events import LibraryChanged, ServiceEvent, Subscriber
from app.services.library_names import STARTER, looks_like_hub_name, matching
from app.services.library_values import DiskUse, Found, Removed, Stop, Verification
from app.services.settings import SettingsFile
from app.store.records import LibraryModel, ModelOrigin
from app.store.store import Store
from engine.errors import UserError

TRASH_DAYS = 30


class Library:
    """Models that were downloaded, and models of the user's or of other programs that were imported in place."""

    def __init__(
        self,
        home: Path,
        store: Store,
        settings: SettingsFile,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._home = home
        self._store = store
        self._settings = settings
        self._clock = clock
        self._subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    # --- reading ---

    @property
    def folder(self) -> Path:
        """Where downloaded models are kept. Never blocks; it is made when something is put into it."""
        chosen = self._settings.current.library_folder
        return Path(chosen).expanduser().absolute() if chosen else (self._home / "models").absolute()

    def models(self, trashed: bool = False) -> tuple[LibraryModel, ...]:
        """What is in the library, oldest first; with `trashed` also what was removed and can be restored.

        Looks whether the files are there: one that vanished is "missing" until it is back, and `LibraryChanged`
        is told.
        """
        return tuple(model for model in self._store.models() if trashed or model.trashed is None)

    def get(self, id: str) -> LibraryModel:
        """The model that has this id, or is the only one that this short form of an id or this name means; one in
        the trash only by its id.

        Raises UserError `library.not_found`, `library.ambiguous` (`choices`).
        """
        found = matching(id, self.models())
        if not found:
            found = [model for model in self._store.models() if model.id == id]
        if not found:
            raise UserError("library.not_found", name=id)
        if len(found) > 1:
            raise UserError("library.ambiguous", name=id, choices=", ".join(model.id for model in found))
        return found[0]

    def resolve(self, name: str) -> Path:
        """The file of a model: `starter`, a path, an id, or a short form that only one model answers to.

        Raises UserError `model.no_starter`, `model.bad_name`, `library.ambiguous`, `library.missing` for a model
        whose file has vanished, `library.not_pulled` for what looks like a name on the hub.
        """
        raise NotImplementedError

    def trash(self) -> tuple[LibraryModel, ...]:
        """Removed models whose files are still here, the latest first."""
        found = [model for model in self._store.models() if model.trashed is not None and model.managed]
        return tuple(sorted(found, key=lambda model: -(model.trashed or 0.0)))

    def duplicates(self) -> tuple[tuple[LibraryModel, ...], ...]:
        """Groups of models with the same bytes in different files, as far as their hashes are known."""
        raise NotImplementedError

    def disk(self) -> DiskUse:
        """How much the library takes, and what is free on its disk."""
        raise NotImplementedError

    # --- importing ---

    def found_elsewhere(self) -> tuple[Found, ...]:
        """Models in the Hugging Face cache and in the stores of LM Studio and Ollama. They are only read."""
        return ()

    def import_(self, path: Path | str, origin: ModelOrigin = "file") -> tuple[LibraryModel, ...]:
        """Take in the model of a file, or all models in a folder, where they lie: nothing is copied or changed.

        A model that is in the library already is returned as it is there. Raises UserError `model.*` for a file
        that is none, `library.nothing_found` for a folder without any, `model.bad_name`.
        """
        raise NotImplementedError

    # --- changing ---

    def rename(self, id: str, name: str) -> LibraryModel:
        """Call a model something else; its id and files stay. Raises UserError `library.not_found`,
        `library.no_name`."""
        name = " ".join(name.split())
        if not name:
            raise UserError("library.no_name")
        return self._changed(self._store.change_model(self.get(id).id, name=name), id)

    def remove(self, id: str) -> Removed:
        """Take a model out of the library. Files that Coterie downloaded go to the trash in the library's folder;
        others stay where they are. `restore` undoes either for 30 days.

        A model that is loaded goes on answering: on Linux and macOS a mapped file stays whole until it is let go.
        Raises UserError `library.not_found`, `library.not_moved`.
        """
        raise NotImplementedError

    def restore(self, id: str) -> LibraryModel:
        """Raises UserError `library.not_found`, `library.not_moved`, `library.place_taken`."""
        raise NotImplementedError

    def empty_trash(self, older_than: float | None = None) -> int:
        """Delete removed models for good, all or those removed before that time (seconds since 1970); how many
        bytes that freed."""
        raise NotImplementedError

    def clear_leftovers(self) -> int:
        """Delete what broken-off downloads left that no download knows of (`DiskUse.leftover`); bytes freed."""
        raise NotImplementedError

    def verify(self, id: str, repair: bool = False, stop: Stop | None = None) -> Verification:
        """Read every byte of a model and compare it with what was downloaded, told as `VerifyProgress`.

        For an imported model the first time only keeps its hashes. With `repair` bad parts of a model of the hub
        are fetched again. Raises UserError `library.not_found`, `library.missing`, `library.stopped`,
        `library.no_repair` for a bad model that is not of the hub, and as a download does.
        """
        raise NotImplementedError

    def move_to(self, folder: Path | str, stop: Stop | None = None) -> None:
        """Keep the library in another folder from now on, and move what Coterie downloaded there; told as
        `MoveProgress`. Downloads pause meanwhile. Killed at any moment, it leaves every model where it can be read.

        Raises UserError `library.stopped` (everything is where it was), `library.move_inside`,
        `library.move_not_empty`, `library.no_room`, `library.not_writable`, `library.not_moved`,
        `library.busy_elsewhere`, `settings.not_saved`.
        """
        raise NotImplementedError

    def used(self, path: str) -> None:
        """An answer was written with the model at `path`."""
        for model in self._store.models():
            if model.trashed is None and path in [file.path for file in model.files]:
                self._changed(self._store.change_model(model.id, used=self._clock()), model.id)

    # --- inside ---

    def _changed(self, model: LibraryModel | None, id: str) -> LibraryModel:
        if model is None:  # removed by another process meanwhile
            raise UserError("library.not_found", name=id)
        self._tell([LibraryChanged()])
        return model

    def _tell(self, events: list[ServiceEvent]) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber(events)
