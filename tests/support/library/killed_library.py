"""`python -m tests.support.library.killed_library FOLDER [STRIDE]`: the library is killed at every step of its work.

With a stride at every so many steps. After each kill a new process finds every model whole, or every model gone
that was to go; nothing else is lost and nothing is left that nobody knows. Prints how many kills there were for
each work.
"""

from __future__ import annotations

import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from app.services.library.library import Library
from app.store.records import LibraryModel
from app.store.store import Store
from engine.gguf.reading import read_index
from engine.hub import relocate
from tests.support.killing import killed_after
from tests.support.library.library_models import (
    downloaded_model,
    downloaded_split,
    open_library,
    open_store,
    put_model,
    sha256,
)

Work = Callable[[Library, Path], None]
IDS = ("o/r-GGUF:Q8_0", "o/s-GGUF:Q8_0", "o/gone:Q8_0")


def prepare(home: Path) -> dict[str, tuple[str, ...]]:
    """A library with a model, a split one, one in the trash and an unfinished download; the hashes of its models."""
    with open_store(home) as store:
        library = open_library(home, store)
        downloaded_model(library, store)
        downloaded_split(library, store)
        library.remove(downloaded_model(library, store, "o/gone", 3).id)
        part = library.folder / ".incoming" / "abc" / "0.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(b"part")
        (library.folder / "notes.txt").write_text("mine")
        put_model(home / "mine.gguf", 8)
        library.import_(home / "mine.gguf")
        return {
            model.id: tuple(sha256(Path(file.path)) for file in model.files) for model in store.models.all()
        }


def moved(mode: str) -> Work:
    def work(library: Library, home: Path) -> None:
        relocate.mode_for = lambda *_: mode  # type: ignore[assignment,return-value]
        library.move_to(home / "disk" / "models")

    return work


WORKS: dict[str, Work] = {
    "link": moved("link"),
    "copy": moved("copy"),
    "rename": moved("rename"),
    "remove": lambda library, _: library.remove(IDS[1]) and None,
    "restore": lambda library, _: library.restore(IDS[2]) and None,
    "empty": lambda library, _: library.empty_trash() and None,
}


def check(work: str, home: Path, hashes: dict[str, tuple[str, ...]]) -> None:
    """What holds after a kill, as the next process sees it."""
    with open_store(home) as store:
        library = open_library(home, store)
        library.keep_house()
        models = {model.id: model for model in library.models(trashed=True)}
        may_go = {IDS[2]} if work == "empty" else set()
        assert hashes.keys() - models.keys() <= may_go, models
        for id in models.keys() - may_go:
            _check_whole(models[id], hashes[id], trash_allowed=id in IDS[1:])
        if IDS[2] in models and work == "empty" and not Path(models[IDS[2]].path).exists():
            library.empty_trash()
            assert store.models.find(IDS[2]) is None
        _check_nothing_else(library, home, list(store.models.all()))
        _check_settled(work, library, home, store)


def _check_whole(model: LibraryModel, hashes: tuple[str, ...], trash_allowed: bool) -> None:
    assert model.state == "ready", model
    assert tuple(sha256(Path(file.path)) for file in model.files) == hashes, model
    assert trash_allowed or model.trashed is None
    assert (".trash" in Path(model.path).parts) == (model.trashed is not None), model
    read_index(Path(model.path))


def _check_nothing_else(library: Library, home: Path, models: list[LibraryModel]) -> None:
    """Every file of a model is one that the library knows, in the folder that it has now."""
    known = {file.path for model in models for file in model.files}
    here = {str(path) for path in home.rglob("*.gguf*") if path.is_file()}
    assert here <= known, here - known
    assert all(Path(path).is_relative_to(library.folder) for path in known if "mine" not in path)
    assert (library.folder / ".incoming" / "abc" / "0.part").read_bytes() == b"part"
    assert (home / "models" / "notes.txt").read_text() == "mine"
    assert not (home / "moving.json").exists()


def _check_settled(work: str, library: Library, home: Path, store: Store) -> None:
    """It can be done again, and then it is done."""
    if work in ("link", "copy", "rename"):
        library.move_to(home / "disk" / "models")
        assert library.folder == home / "disk" / "models"
        assert {path.name for path in (home / "models").iterdir()} == {"notes.txt"}
        assert all(model.state == "ready" for model in library.models())
    elif work == "remove" and store.models.find(IDS[1]).trashed is None:  # type: ignore[union-attr]
        library.remove(IDS[1])
    elif work == "restore":
        assert library.restore(IDS[2]).trashed is None
    elif work == "empty":
        library.empty_trash()
        assert library.disk().trash == 0


def main(folder: Path, stride: int = 1) -> None:
    home, prepared = folder / "home", folder / "prepared"
    hashes = prepare(home)
    home.rename(prepared)
    failed = False
    for name, work in WORKS.items():
        steps, killed = 0, True
        while killed:
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(prepared, home)

            def run(work: Work = work) -> None:
                with open_store(home) as store:
                    work(open_library(home, store), home)

            killed = killed_after(steps, run)
            try:
                check(name, home, hashes)
            except Exception:
                failed = True
                print(f"{name}, killed after {steps} steps:", file=sys.stderr)
                traceback.print_exc()
            steps += stride
        print(name, steps // stride)
    sys.exit(failed)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
