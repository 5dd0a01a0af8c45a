"""Resolves a model's name to its file: `starter`, a path, or a model of the library."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app import paths
from app.services.library.names import STARTER, STARTER_PACKAGE, matching
from engine.errors import UserError
from engine.remote.names import is_remote, parse_name
from engine.text import clean_text

if TYPE_CHECKING:
    from app.services.library.library import Library


def resolve_model(name: str, library: Library | None = None) -> Path:
    """The file for `starter`, a path, or a model of the library by its id or a short form that it alone answers to.

    `library` None: that of the data folder, opened for a moment when it is needed. Raises UserError
    `model.no_starter`, `model.bad_name` (path), `library.ambiguous`, `library.missing`, `library.in_trash`,
    `library.not_pulled`, `remote.elsewhere` for a model that has no file here; more is checked when the file is read.
    """
    if is_remote(name):
        remote = parse_name(name)
        raise UserError("remote.elsewhere", name=remote.model, host=remote.host)
    if clean_text(name) != name:  # bytes that are no text, from a command line
        raise UserError("model.bad_name", path=clean_text(name))
    if name == STARTER:
        return starter_path()
    path = _absolute(name)
    if name.startswith((".", "/", "~", "\\")) or Path(name).is_absolute() or _is(Path.is_file, path):
        return path
    with contextlib.nullcontext(library) if library else own_library() as models:
        found = _in_library(name, models) if models else None
    if found is not None:
        return found
    if _is(Path.exists, path):  # a folder: reading it gives the reason
        return path
    from engine.hub.names import looks_like_hub_name

    if looks_like_hub_name(name):
        raise UserError("library.not_pulled", name=name)
    return path


def projector_of(path: str) -> str:
    """The projector that the library of the data folder has for a model's file, "" for none."""
    model = None
    with contextlib.suppress(UserError), own_library() as library:
        model = library.at(path) if library else None
    found = model.projector.path if model is not None and model.projector is not None else ""
    return found if found and _is(Path.is_file, Path(found)) else ""


def starter_path() -> Path:
    """Found without importing: the package pulls a plug-in system that is not installed.

    Raises UserError `model.no_starter`.
    """
    spec = importlib.util.find_spec(STARTER_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise UserError("model.no_starter")


def _in_library(name: str, library: Library) -> Path | None:
    every = library.known()
    found = matching(name, [model for model in every if model.trashed is None])
    if len(found) > 1:
        raise UserError("library.ambiguous", name=name, choices=", ".join(model.id for model in found))
    if found:
        return library.located(found[0])
    if any(model.id == name and model.managed for model in every):
        raise UserError("library.in_trash", name=name)
    return None


def _absolute(name: str) -> Path:
    try:
        return Path(name).expanduser().absolute()
    except RuntimeError:  # the home of an unknown user
        return Path(name).absolute()


def _is(question: Callable[[Path], bool], path: Path) -> bool:
    try:
        return question(path)
    except OSError:  # a name that is too long for the file system
        return False


@contextlib.contextmanager
def own_library() -> Iterator[Library | None]:
    """The library of the data folder, for a command that has not opened it; None where there is none."""
    if not paths.database().exists():
        yield None
        return
    from app.services.library.library import Library
    from app.services.settings.placement_options import PlacementOptionsFile
    from app.services.settings.settings import SettingsFile
    from app.store.store import Store

    home = paths.home()
    with Store.open(paths.database(), paths.backups()) as store:
        settings, options = SettingsFile(paths.settings_file()), PlacementOptionsFile(home / "wishes.toml")
        yield Library(home, store, settings, options, settings.events)
