"""A home as a programmer has it: Python by pyenv, Node by nvm, and Rust by rustup where the person has it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.agents.npm_packages import node_of, npm_folder

NODE_VERSION = "v22.0.0"


def make_home(home: Path) -> Path:
    """Fill the folder `home`. Skips the test where pyenv, npm or the package registry is missing."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    versions = sorted(root.glob("versions/3.1[0-9].*/bin/python3"), key=lambda path: path.parents[1].name)
    if not versions:
        pytest.skip("no Python of pyenv is installed")
    home.mkdir(parents=True)
    _pyenv(root, versions[-1].parents[1].name, home / ".pyenv")
    _node(home / ".nvm" / "versions" / "node" / NODE_VERSION)
    for name in (".cargo", ".rustup"):
        if (Path.home() / name).is_dir():
            shutil.copytree(Path.home() / name, home / name, symlinks=True, ignore=_but_programs)
    (home / ".gitconfig").write_text("[user]\n\tname = Kim Example\n\temail = kim@example.org\n")
    return home


def variables(home: Path) -> dict[str, str]:
    """What this person's shell has set: PATH begins with the own programs."""
    own = [home / ".pyenv/shims", home / ".pyenv/bin", home / f".nvm/versions/node/{NODE_VERSION}/bin"]
    path = ":".join(map(str, [*own, home / ".cargo/bin", "/usr/bin", "/bin"]))
    return {"HOME": str(home), "PATH": path, "PYENV_ROOT": "", "NVM_DIR": str(home / ".nvm")}


def _pyenv(root: Path, version: str, home: Path) -> None:
    home.mkdir()
    for name in ("bin", "libexec", "plugins", "pyenv.d"):
        if (root / name).exists():
            shutil.copytree(root / name, home / name, symlinks=True)
    (home / "versions").mkdir()
    shutil.copytree(root / "versions" / version, home / "versions" / version, symlinks=True)
    (home / "version").write_text(f"{version}\n")
    own = {**os.environ, "PYENV_ROOT": str(home)}
    subprocess.run([str(home / "bin" / "pyenv"), "rehash"], env=own, check=True, timeout=300)


def _node(folder: Path) -> None:
    (folder / "bin").mkdir(parents=True)
    shutil.copy2(node_of(npm_folder()), folder / "bin" / "node")
    npm = shutil.which("npm")
    assert npm is not None, "it fetched the packages"
    package = Path(npm).resolve().parents[1]
    shutil.copytree(package, folder / "lib" / "node_modules" / "npm", symlinks=False)
    for name in ("npm", "npx"):
        (folder / "bin" / name).symlink_to(f"../lib/node_modules/npm/bin/{name}-cli.js")


def _but_programs(folder: str, names: list[str]) -> set[str]:
    """Downloads and documents are large, and not needed."""
    return {name for name in names if name in ("registry", "git", "doc", "downloads", "tmp")}
