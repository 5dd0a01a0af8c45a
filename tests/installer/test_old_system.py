"""The old system to compile in: always of the packages that were locked."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest

from installer.commands import SetupError
from installer.console import Console, Progress
from installer.portable import old_system

PROGRESS = Progress(Console(io.StringIO()), "x")


class Debian:
    """Plays mmdebstrap: makes a system of the packages that there are."""

    def __init__(self, version: str) -> None:
        self.version, self.made = version, 0

    def make(self, folder: Path, *_: object) -> None:
        self.made += 1
        status = folder / "var/lib/dpkg/status"
        status.parent.mkdir(parents=True, exist_ok=True)
        status.write_text(
            f"Package: g++\nStatus: install ok installed\nVersion: {self.version}\nConffiles:\n /etc/x 1\n\n"
            "Package: cmake\nVersion: 3.25\nDescription: makes\n Version: of lists\n\n"
        )
        newer = folder / "opt/newer/packages"
        newer.mkdir(parents=True, exist_ok=True)
        (newer / "glslc_1_amd64.deb").write_bytes(b"glslc")
        folder.with_suffix(".made").write_text(old_system._key())


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Debian:
    debian = Debian("12.2")
    monkeypatch.setattr(old_system, "_make", debian.make)
    monkeypatch.setattr(old_system, "LOCK", tmp_path / "system.lock")
    return debian


def test_a_system_is_told_by_its_packages(tmp_path: Path, debian: Debian) -> None:
    debian.make(tmp_path / "system")
    newer = hashlib.sha256(b"glslc").hexdigest()
    assert old_system.packages_of(tmp_path / "system") == f"cmake 3.25\ng++ 12.2\nglslc_1_amd64.deb {newer}\n"


def test_other_packages_than_were_locked_stop_the_build(tmp_path: Path, debian: Debian) -> None:
    place = (tmp_path / "system", tmp_path / "log", PROGRESS, os.environ)
    old_system.lock(*place)
    old_system.make(*place)
    assert debian.made == 1  # what is there is of the locked ones
    debian.version = "12.3"
    old_system.make(*place)
    (tmp_path / "system.made").unlink()
    with pytest.raises(SetupError, match="OPTIONS=--lock"):
        old_system.make(*place)
    old_system.lock(*place)
    old_system.make(*place)
    assert debian.made == 3  # nothing again, once locked


def test_the_lock_names_what_is_asked_for() -> None:
    names = [line.partition(" ")[0] for line in old_system.LOCK.read_text(encoding="utf-8").splitlines()]
    assert set(old_system.PACKAGES) <= set(names)
    newer = {name.partition("_")[0] for name in names if name.endswith(".deb")}
    assert newer == set(old_system.NEWER_PACKAGES)
