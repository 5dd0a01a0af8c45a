"""Puts the tree of an installation together: a private Python with everything in its site-packages.

bin/coterie              starts it
python/                  CPython, packages, the engine, the models that come along, installation.toml
share/                   what a desktop reads: entry, types of files, icon, metainfo
licenses/                of everything inside, with a list
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from app.installation.facts import FILE
from installer.commands import SetupError, run_logged
from installer.console import Progress
from installer.packages import libraries, licenses, prune
from installer.packages.entries import write_share
from installer.packages.places import HERE, PYTHON, Places, Release, clear, environment, output_of
from installer.sources import LOCK, without_engine

# Where the deb puts the tree; tracebacks name files so.
TARGET = "/opt/coterie"
OWN = ("app", "agents", "engine", "resources")


class Parts(NamedTuple):
    """What else a tree is made of."""

    base: Path
    """CPython and libraries, as `base.made` leaves them."""
    engine: Path
    """The wheel of the engine, with the plugin for single experts."""
    embedding: Path | None
    """The model for search by meaning."""


def site_packages(python: Path) -> Path:
    return python / "lib" / f"python{PYTHON}" / "site-packages"


def make(places: Places, release: Release, parts: Parts, progress: Progress) -> None:
    """Make `places.tree` anew. Raises SetupError."""
    tree = places.tree
    clear(tree)
    python = tree / "python"
    shutil.copytree(parts.base / "python", python, symlinks=True)
    prune.prune_python(python)
    install_packages(places, release, parts.engine, progress)
    site = site_packages(python)
    prune.prune_packages(site)
    # As it is: the plugin's header tells which plugin it goes with.
    copy_own(places.root, release, site)
    sources = [file for name in OWN for file in (site / name).rglob("*.py")]
    prune.prune_qt(site, prune.qt_modules(sources))
    prune.strip_debug(site)
    prune.keep_program(python)
    put_model(python, parts)
    libraries.complete(tree, parts.base)
    write_share(tree, release)
    (tree / "bin").mkdir()
    launcher = tree / "bin" / "coterie"
    shutil.copyfile(HERE / "coterie.sh", launcher)
    launcher.chmod(0o755)
    licenses.write(tree, parts, places.root)
    compile_all(tree, release)


def install_packages(places: Places, release: Release, engine: Path, progress: Progress) -> None:
    """Install wheels alone, each by its hash: nothing is compiled, and nothing comes out otherwise elsewhere."""
    wanted = places.build / LOCK
    wanted.write_text(without_engine(places.root), encoding="utf-8")
    program = places.tree / "python" / "bin" / f"python{PYTHON}"
    pip: list[str | Path] = [
        places.root / ".venv" / "bin" / "python", "-m", "pip", "--python", program, "install",
        "--no-deps", "--no-compile", "--no-warn-script-location", "--root-user-action=ignore",
        "--only-binary", ":all:",
    ]  # fmt: skip
    steps: tuple[list[str | Path], ...] = (["--require-hashes", "--requirement", wanted], [engine])
    for number, what in enumerate(steps):
        run_logged(
            [*pip, *what],
            places.logs / f"pip-{number}.log",
            progress,
            failure="The packages could not be installed into the tree.",
            env=environment(release),
        )
    for record in site_packages(places.tree / "python").glob("*.dist-info"):
        # Where a wheel came from, and what pip made: neither is the same on two machines.
        for name in ("direct_url.json", "REQUESTED", "INSTALLER", "RECORD"):
            (record / name).unlink(missing_ok=True)


def copy_own(root: Path, release: Release, site: Path, further: Sequence[str] = ()) -> None:
    """Our own packages, and `further` files of the clone, as the commit has them. Raises SetupError."""
    packed = subprocess.Popen(
        ["git", "archive", release.commit, *OWN, *further],
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    done = subprocess.run(["tar", "--extract", "--directory", site], stdin=packed.stdout, check=False)
    if packed.stdout is not None:
        packed.stdout.close()
    if packed.wait() or done.returncode:
        raise SetupError("Coterie's own files could not be copied out of the commit.")


def put_model(python: Path, parts: Parts) -> None:
    """The model for search by meaning, where `engine` looks for it."""
    if parts.embedding is not None:
        (python / "share" / "coterie").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(parts.embedding, python / "share" / "coterie" / parts.embedding.name)


def compile_all(tree: Path, release: Release) -> None:
    """Bytecode that is never compared with its source: the folder is not the user's to write in. What does it must
    not write its own, as imports do."""
    python = tree / "python"
    for folder in sorted(python.rglob("__pycache__")):
        shutil.rmtree(folder)
    output_of(
        [
            python / "bin" / f"python{PYTHON}", "-I", "-B", "-m", "compileall", "-q", "-f", "-j", "1",
            "--invalidation-mode", "unchecked-hash", "-s", tree, "-p", TARGET, python / "lib",
        ],
        env=environment(release) | {"PYTHONHASHSEED": "0"},
    )  # fmt: skip


def settle(tree: Path, release: Release) -> None:
    """The same rights and times for all files, whoever makes them."""
    for path in (tree, *sorted(tree.rglob("*"))):
        if not path.is_symlink():
            runs = path.is_dir() or (path.stat().st_mode & 0o100)
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (release.time, release.time), follow_symlinks=False)


def write_installation(tree: Path, release: Release, kind: str) -> None:
    """What `app.installation` reads; each kind of package has its own."""
    (tree / "python" / FILE).write_text(installation_text(release, kind), encoding="utf-8")


def installation_text(release: Release, kind: str) -> str:
    fields = {"kind": kind, "version": release.version, "channel": release.channel, "commit": release.commit}
    if release.updates:
        fields["updates"] = release.updates
    return "".join(f'{name} = "{text}"\n' for name, text in fields.items())
