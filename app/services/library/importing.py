"""Imports models in place: from a file, a folder, and the stores of other programs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.library.entry import imported
from app.services.library.pairing import pair_with
from app.services.library.values import Found, LookedAt
from app.store.records import Download, LibraryModel, ModelOrigin
from app.store.store import Store
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.hub.scan import FoundModel


class LibraryImport:
    """Reads other places and never writes there. `home` is the user's own folder."""

    def __init__(self, store: Store, home: Path | None = None) -> None:
        self._store = store
        self._home = home

    def found_elsewhere(self) -> tuple[Found, ...]:
        """Models in the stores of other programs, by name; each file once."""
        known = set(self._places())
        found: dict[str, Found] = {}
        for model in self._other_programs():
            real = os.path.realpath(model.files[0].path)
            if real not in found:
                found[real] = Found(
                    name=model.name,
                    path=str(model.files[0].path),
                    bytes=sum(file.bytes for file in model.files),
                    origin=model.source,
                    repo=model.repo,
                    sha256=model.files[0].sha256,
                    known=real in known,
                )
        return tuple(sorted(found.values(), key=lambda entry: entry.name.casefold()))

    def take_in(self, path: Path, origin: ModelOrigin, now: float) -> list[LibraryModel]:
        """Import the models of a file or a folder; returns their entries, existing ones included. A projector alone
        gives those which see by it from now on.

        Raises UserError `model.*`, `library.companion`, `library.no_model_for` (`path`), `library.nothing_found`
        (`folder`).
        """
        if not _is_folder(path):
            others = self._other_programs(origin)
            told = next((one for one in others if path in {file.path for file in one.files}), None)
            try:
                return [self._entry(path, origin, now, told)]
            except UserError as error:
                models = pair_with(self._store, path) if error.code == "library.companion" else None
                if models is None:
                    raise
                return models
        from engine.hub.scan import models_in

        taken, reason = self._entries(models_in(path), origin, now)
        if not taken:
            raise reason or UserError("library.nothing_found", folder=str(path))
        return taken

    def look_at(self, path: Path, now: float) -> LookedAt:
        """What importing this file would give; writes nothing. Raises UserError `model.*`, `library.companion`."""
        new = imported(path, now, "file")
        known = self._known(Path(new.path))  # by its first part
        if known is None or known.trashed is not None:
            return LookedAt(new, known=False)
        return LookedAt(known, known=True)

    def adopt(self, folder: Path, downloads: Sequence[Download], now: float) -> list[LibraryModel]:
        """Import unknown models in the library's folder, such as files that were put there by hand.

        They stay the user's own. Files of a current one of `downloads` are left to it.
        """
        from engine.hub.scan import models_in

        known = set(self._places(trashed=True))
        coming = {str(path) for download in downloads for path in destinations(folder, download)}
        new = [
            model
            for model in models_in(folder)
            if os.path.realpath(model.files[0].path) not in known and str(model.files[0].path) not in coming
        ]
        return self._entries(new, "file", now)[0]

    def _entries(
        self, found: Iterable[FoundModel], origin: ModelOrigin, now: float
    ) -> tuple[list[LibraryModel], UserError | None]:
        """Entries of readable models, and the error of the first other one."""
        taken: list[LibraryModel] = []
        reason: UserError | None = None
        for model in found:
            try:
                taken.append(self._entry(model.files[0].path, origin, now, model))
            except UserError as error:
                reason = reason or error
        return taken, reason

    def _entry(self, path: Path, origin: ModelOrigin, now: float, found: FoundModel | None) -> LibraryModel:
        known = self._known(path)
        if known is not None and (known.trashed is None or known.managed):
            return known
        new = imported(path, now, origin, found)
        known = self._known(Path(new.path))  # by its first part
        if known is None:
            return self._store.models.add(new)
        if known.trashed is not None and not known.managed:
            return self._store.models.change(known.id, trashed=None) or self._store.models.add(new)
        return known

    def _known(self, path: Path) -> LibraryModel | None:
        real = os.path.realpath(path)
        for model in self._store.models.all():
            if any(os.path.realpath(file.path) == real for file in model.weights):
                return model
        return None

    def _places(self, trashed: bool = False) -> list[str]:
        return [
            os.path.realpath(file.path)
            for model in self._store.models.all()
            if trashed or model.trashed is None
            for file in model.files
        ]

    def _other_programs(self, origin: ModelOrigin | None = None) -> list[FoundModel]:
        from engine.hub import scan

        home = self._home or Path.home()
        found: list[FoundModel] = []
        if origin in (None, "hf_cache"):
            found += [model for place in scan.hf_caches(home) for model in scan.models_in_hf_cache(place)]
        if origin in (None, "lm_studio"):
            found += [
                model for place in scan.lm_studio_folders(home) for model in scan.models_in_lm_studio(place)
            ]
        if origin in (None, "ollama"):
            found += [model for place in scan.ollama_stores(home) for model in scan.models_in_ollama(place)]
        return found


def destinations(folder: Path, download: Download) -> list[Path]:
    """Target paths of a download's files in the library."""
    from engine.hub.destinations import safe_destination

    paths = [file.path for file in download.files]
    return [safe_destination(folder, download.repo, path, paths) for path in paths]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # reading it as a file gives the reason
        return False
