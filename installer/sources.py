"""The source archive of llama-cpp-python: the engine is built from it, and a plugin of the engine with its headers.

ggml promises nothing about the inner headers that a plugin needs, so only those of the very archive will do. Which
archive that is says requirements.lock, by its hash.
"""

from __future__ import annotations

import os
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path

from installer.commands import SetupError, run_logged
from installer.console import Progress

LOCK = "requirements.lock"
ENGINE = "llama-cpp-python"
BUILD_LOCK = "requirements-build.lock"
HEADERS = "headers"
_ENGINE = re.compile(r"^llama-cpp-python==(\S+)(?: \\\n +--hash=\S+)+", re.MULTILINE)
_REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==\S.*(?:\n +.*)*\n", re.MULTILINE)
LLAMA = re.compile(r"[^/]+/vendor/llama\.cpp/(.+)")
_KEPT = re.compile(r"[^/]+/vendor/llama\.cpp/ggml/((?:include|src)/[^/]+\.h)")


def _locked(root: Path) -> re.Match[str]:
    found = _ENGINE.search((root / LOCK).read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{LOCK} names no version of llama-cpp-python")
    return found


def engine_version(root: Path) -> str:
    """The version of llama-cpp-python that a clone is for. Raises ValueError or OSError without one."""
    return _locked(root)[1]


def without_engine(root: Path) -> str:
    """The lock file of a clone without the engine, where that comes as a wheel of its own, or not at all."""
    text = (root / LOCK).read_text(encoding="utf-8")
    return "".join(found[0] for found in _REQUIREMENT.finditer(text) if found["name"] != ENGINE)


def install_build_tools(
    python: Path, root: Path, folder: Path, log: Path, progress: Progress, environ: Mapping[str, str]
) -> dict[str, str]:
    """Install what compiles the engine into `folder`; gives the environment variables with which it is found there.

    Raises `SetupError`.
    """
    run_logged(
        [
            python, "-m", "pip", "install", "--retries", "2", "--no-deps", "--require-hashes",
            "--target", folder, "--requirement", root / BUILD_LOCK,
        ],
        log,
        progress,
        failure="What compiles the engine could not be installed.",
        env=environ,
    )  # fmt: skip
    path = os.pathsep.join([str(folder / "bin"), environ.get("PATH", os.defpath)])
    return {**environ, "PYTHONPATH": str(folder), "PATH": path}


def fetch_archive(
    python: Path, root: Path, folder: Path, log: Path, progress: Progress, environ: Mapping[str, str]
) -> Path:
    """Download the archive into `folder`, from where the person's pip takes packages, and compare its hash.

    `environ` is that of `install_build_tools`: pip reads the archive's metadata with them. Raises `SetupError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "engine.txt"
    wanted.write_text(_locked(root)[0], encoding="utf-8")
    run_logged(
        [
            python, "-m", "pip", "download", "--retries", "2", "--no-deps", "--require-hashes",
            "--no-build-isolation", "--no-binary", ":all:", "--dest", folder, "--requirement", wanted,
        ],
        log,
        progress,
        failure="The sources of the engine could not be fetched.",
        env=environ,
    )  # fmt: skip
    (archive,) = folder.glob("*.tar.gz")
    return archive


def fetch(
    python: Path, root: Path, scratch: Path, log: Path, progress: Progress, environ: Mapping[str, str]
) -> tuple[Path, dict[str, str]]:
    """Bring the archive and what compiles it into `scratch`; gives the archive, and the environment for a build.

    Raises `SetupError`.
    """
    tools = install_build_tools(python, root, scratch / "tools", log, progress, environ)
    return fetch_archive(python, root, scratch / "archive", log, progress, tools), tools


def keep_headers(archive: Path, folder: Path) -> None:
    """Write ggml's headers into `folder`. Raises as `unpack`."""
    unpack(archive, _KEPT, folder)


def unpack(archive: Path, wanted: re.Pattern[str], folder: Path) -> None:
    """Write the files of the archive that `wanted` names into `folder`, under what its group finds.

    Raises `SetupError`, and OSError.
    """
    try:
        with tarfile.open(archive) as members:
            for member in members:
                if member.isfile() and (found := wanted.fullmatch(member.name)):
                    member.name = found[1]
                    members.extract(member, folder, filter="data")
    except tarfile.TarError as error:
        raise SetupError(f"The sources of the engine cannot be read: {error}") from error
