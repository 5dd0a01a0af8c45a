"""The first starts of a new version, with real processes that start well, die, and start side by side."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.desktop.single_instance import SingleInstance
from app.installation import first_starts
from app.installation.facts import Installation
from app.installation.sites import FileSite, Switch
from tests.support.library.releases import DIES, WORKS, write_program

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="the versions are scripts with a first line that runs them"
)

TOLD = (
    "import app.__main__ as program; program.start = lambda: (first_starts.begin([]), 1)[1]; program.main()"
)
WAITS = (
    "first_starts.begin([]); print('up', flush=True); sys.stdin.readline(); first_starts.this_start().good()"
)
MODULE = "from app.installation import first_starts; "


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def installed(folder: Path, does: str) -> FileSite:
    """Version 0.2.0, which does this, has taken the place of 0.1.0, which works."""
    site = FileSite(write_program(folder / "Coterie.AppImage", "0.1.0"))
    write_program(site.incoming, "0.2.0", does)
    site.switch("0.1.0", "0.2.0")
    return site


def start(site: FileSite, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(site.file), *(arguments or ("--version",))],
        env={**os.environ, "COTERIE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def runs(site: FileSite) -> str:
    text = site.file.read_text()
    return "0.1.0" if "'0.1.0'" in text else "0.2.0"


def test_a_command_that_ends_well_makes_the_new_version_stay(tmp_path: Path, home: Path) -> None:
    site = installed(tmp_path, WORKS)
    assert start(site, home).returncode == 0
    assert runs(site) == "0.2.0" and site.read("trial") is None
    assert {path.name for path in tmp_path.iterdir()} <= {site.file.name, "home"}


def test_after_two_bad_starts_the_old_version_does_what_was_asked(tmp_path: Path, home: Path) -> None:
    site = installed(tmp_path, DIES)
    assert [start(site, home).returncode for _ in range(2)] == [9, 9]
    assert runs(site) == "0.2.0"
    third = start(site, home)
    assert (third.returncode, third.stdout) == (0, "coterie 0.1.0\n")
    assert runs(site) == "0.1.0" and site.read("fallen") == Switch("0.1.0", "0.2.0")
    assert start(site, home).returncode == 0  # and again without a detour


def test_one_bad_start_is_forgiven(tmp_path: Path, home: Path) -> None:
    site = installed(tmp_path, DIES)
    assert start(site, home).returncode == 9
    write_program(site.file, "0.2.0", WORKS)
    assert start(site, home).returncode == 0
    assert runs(site) == "0.2.0" and site.read("trial") is None


def test_what_is_told_in_a_sentence_says_nothing_about_the_version(tmp_path: Path, home: Path) -> None:
    site = installed(tmp_path, MODULE + TOLD)
    assert [start(site, home).returncode for _ in range(4)] == [1] * 4
    assert runs(site) == "0.2.0" and site.read("trial") == Switch("0.1.0", "0.2.0")


def test_a_mark_is_closed_before_it_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows removes no file that is open."""
    site = installed(tmp_path, WORKS)
    here = Installation("appimage", "0.2.0")
    monkeypatch.setattr(first_starts, "installation", lambda: here)
    monkeypatch.setattr(first_starts, "_now", first_starts.FirstStart())
    monkeypatch.setenv("APPIMAGE", str(site.file))
    unlink = Path.unlink

    def closed(self: Path, missing_ok: bool = False) -> None:
        for number in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                assert number.readlink() != self, "it is open"
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", closed)
    for _ in range(3):
        first_starts.begin([]).says_nothing()
    assert not site.mark("start-1").exists() and site.read("trial") is not None


def test_a_start_that_finds_another_one_says_nothing_about_the_version(tmp_path: Path, home: Path) -> None:
    site = installed(tmp_path, "os.environ['QT_QPA_PLATFORM'] = 'offscreen'; " + WORKS)
    home.mkdir()
    other = SingleInstance(home)
    assert other.acquire()
    try:
        assert start(site, home, "--background").returncode == 0
    finally:
        other.release()
    assert site.read("trial") is not None and not site.mark("start-1").exists()


def test_an_error_that_nobody_foresaw_is_a_bad_start(tmp_path: Path, home: Path) -> None:
    broken = "import app.cli.main; app.cli.main._run = lambda *_: 1 // 0; "
    site = installed(tmp_path, broken + WORKS)
    assert [start(site, home).returncode for _ in range(2)] == [1, 1]
    assert start(site, home).stdout == "coterie 0.1.0\n"


def test_starts_that_are_under_way_are_not_bad_ones(tmp_path: Path, home: Path) -> None:
    site = installed(tmp_path, MODULE + WAITS)
    started = [
        subprocess.Popen(
            [str(site.file)],
            env={**os.environ, "COTERIE_HOME": str(home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None and process.stdout.readline() == "up\n"
    assert runs(site) == "0.2.0" and site.read("trial") is not None
    for process in started:
        process.communicate("\n", timeout=100)
    assert runs(site) == "0.2.0" and site.read("trial") is None


def test_a_version_that_was_put_there_by_hand_is_on_no_trial(tmp_path: Path, home: Path) -> None:
    site = installed(tmp_path, DIES)
    start(site, home)
    write_program(site.file, "0.3.0", WORKS)
    assert start(site, home).returncode == 0
    assert site.read("trial") is None and site.file.read_text().count("'0.3.0'") == 2


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_starts_what_is_there(tmp_path: Path, home: Path) -> None:
    site = installed(tmp_path, WORKS)
    tmp_path.chmod(0o555)
    try:
        assert start(site, home).returncode == 0
    finally:
        tmp_path.chmod(0o755)
