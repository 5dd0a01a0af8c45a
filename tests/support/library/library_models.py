"""Small models on disk, and a library over a fresh data folder."""

from __future__ import annotations

import hashlib
import tempfile
from functools import cache
from pathlib import Path

from app.services.library.library import Library
from app.services.settings.placement_options import PlacementOptionsFile
from app.services.settings.settings import SettingsFile
from app.store.records import Download, DownloadFile, LibraryFile, LibraryModel
from app.store.store import Store
from tests.support.hub import models
from tests.support.models.gguf_split import split_model

SIZE = 40_000


def model_bytes(seed: int = 0) -> bytes:
    content = models.tiny(SIZE, seed)
    return content.read(0, content.bytes)


def put_model(path: Path, seed: int = 0) -> Path:
    """A small model at this path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model_bytes(seed))
    return path


@cache
def _parts(seed: int) -> tuple[bytes, ...]:
    with tempfile.TemporaryDirectory() as folder:
        model = put_model(Path(folder) / "m.gguf", seed)
        return tuple(path.read_bytes() for path in split_model(model, Path(folder), 2))


def put_split(folder: Path, stem: str = "split", seed: int = 0) -> tuple[Path, ...]:
    """The two parts of a small model."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, data in enumerate(_parts(seed), start=1):
        paths.append(folder / f"{stem}-{number:05d}-of-00002.gguf")
        paths[-1].write_bytes(data)
    return tuple(paths)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _new_database() -> bytes:
    """What a store makes of nothing: making it anew for each test takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coterie.db"
        Store.open(path, path.parent / "backups").close()
        return path.read_bytes()


def open_store(home: Path) -> Store:
    """The store of a data folder, a new one if there is none."""
    path = home / "coterie.db"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_new_database())
    return Store.open(path, home / "backups")


def open_library(home: Path, store: Store, user_home: Path | None = None) -> Library:
    """The library of a data folder, as the services make it."""
    settings = SettingsFile(home / "settings.toml")
    options = PlacementOptionsFile(home / "wishes.toml")
    return Library(home, store, settings, options, settings.events, user_home=user_home or home / "nobody")


def settings_of(library: Library) -> SettingsFile:
    return library._folder._settings


def downloaded_model(library: Library, store: Store, repo: str = "o/r-GGUF", seed: int = 0) -> LibraryModel:
    """A model that Coterie downloaded: its file and its entry."""
    path = put_model(library.folder / repo / "m-Q8_0.gguf", seed)
    return _entered(library, store, repo, (path,), seed)


def downloaded_split(library: Library, store: Store, repo: str = "o/s-GGUF", seed: int = 0) -> LibraryModel:
    """The same in two files."""
    return _entered(library, store, repo, put_split(library.folder / repo, "s-Q8_0", seed), seed)


def downloaded_seeing(
    library: Library, store: Store, quantisation: str = "Q8_0", repo: str = "o/v-GGUF"
) -> LibraryModel:
    """One that came with a projector, which all quantizations of its repository share."""
    from tests.support.models.projectors import color_projector

    seed = len(quantisation)
    path = put_model(library.folder / repo / f"v-{quantisation}.gguf", seed)
    projector = path.parent / "mmproj-F16.gguf"
    projector.write_bytes(color_projector().read_bytes())
    return _entered(library, store, repo, (path, projector), seed, quantisation)


def _entered(
    library: Library,
    store: Store,
    repo: str,
    paths: tuple[Path, ...],
    seed: int,
    quantisation: str = "Q8_0",
) -> LibraryModel:
    from app.services.library.entry import downloaded

    files = tuple(LibraryFile(str(path), path.stat().st_size, sha256(path), path.name) for path in paths)
    download = store.downloads.add(
        Download(
            id=0,
            model=f"{repo}:{quantisation}",
            repo=repo,
            commit="c" * 40,
            variant=quantisation,
            files=tuple(DownloadFile(file.origin_path, file.bytes, file.sha256) for file in files),
            state="running",
            position=0.0,
            created=float(seed),
        )
    )
    library.publish(download, downloaded(download, files, 1000.0 + seed))
    found = store.models.find(f"{repo}:{quantisation}")
    assert found is not None
    return found
