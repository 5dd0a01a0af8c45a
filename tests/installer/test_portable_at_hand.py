"""Which wheel with an engine for many computers set-up takes, and what is told of one that does not fit."""

from __future__ import annotations

import json
import os
import platform
import sys
import zipfile
from pathlib import Path

import pytest

from installer.commands import SetupError
from installer.portable import at_hand
from installer.portable.at_hand import VARIABLE, chosen, found, is_portable, why_not

VERSION = "1.2.3"
MACHINE = platform.machine().lower()
FITS = f"manylinux_2_17_{MACHINE}"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names of Linux")


@pytest.fixture(autouse=True)
def glibc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.36"))


def wheel(folder: Path, tag: str = FITS, version: str = VERSION, plugin: str = "x") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"coterie_engine-{version}-py3-none-{tag}.whl"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("llama_cpp/lib/libllama.so", os.urandom(4000))
        note = f"coterie_engine-{version}.data/data/lib/coterie/build.json"
        archive.writestr(note, json.dumps({"build": plugin}))
    return made


@pytest.mark.parametrize(
    ("tag", "version", "told"),
    [
        (FITS, "1.2.4", "that engine is version 1.2.4, and this Coterie needs 1.2.3"),
        ("win_amd64", VERSION, "that engine is for Windows"),
        ("macosx_14_0_arm64", VERSION, "that engine is for macOS"),
        ("manylinux_2_17_sparc", VERSION, f"that engine is for another processor than {MACHINE}"),
        (
            f"manylinux_2_37_{MACHINE}",
            VERSION,
            "that engine needs glibc 2.37, and this system has glibc 2.36",
        ),
        (f"manylinux_2_36_{MACHINE}", VERSION, ""),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, tag: str, version: str, told: str) -> None:
    assert why_not(wheel(tmp_path, tag, version), VERSION) == told


def test_a_system_without_glibc_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert "needs glibc 2.17, and this system has" in why_not(wheel(tmp_path), VERSION)


@pytest.mark.parametrize("left", [0, 100, 3000])
def test_a_cut_off_file_is_damaged(tmp_path: Path, left: int) -> None:
    cut = wheel(tmp_path)
    cut.write_bytes(cut.read_bytes()[:left])
    assert why_not(cut, VERSION) == "that file is damaged; get it again"


def test_a_changed_byte_is_damage(tmp_path: Path) -> None:
    changed = wheel(tmp_path)
    content = bytearray(changed.read_bytes())
    content[1000] ^= 1
    changed.write_bytes(content)
    assert why_not(changed, VERSION) == "that file is damaged; get it again"


def test_a_person_names_a_file_or_a_folder(tmp_path: Path) -> None:
    fitting = wheel(tmp_path / "engines")
    wheel(tmp_path / "engines", "win_amd64")
    for named in (fitting, tmp_path / "engines"):
        engine = chosen({VARIABLE: str(named)}, VERSION)
        assert engine is not None and engine.wheel == fitting.resolve() and is_portable(engine.key, VERSION)
    assert chosen({}, VERSION) is chosen({VARIABLE: at_hand.NATIVE}, VERSION) is None


@pytest.mark.parametrize(
    "named", ["missing.whl", "coterie_engine-1.2.3-py3-none-manylinux_2_17_{}.whl", "empty", "old"]
)
def test_what_a_person_named_and_does_not_fit_stops_set_up(tmp_path: Path, named: str) -> None:
    (tmp_path / "empty").mkdir()
    wheel(tmp_path / "old", version="1.2.2")
    with pytest.raises(SetupError, match=r"COTERIE_ENGINE names .*, but .*COTERIE_ENGINE=native") as told:
        chosen({VARIABLE: str(tmp_path / named.format(MACHINE))}, VERSION)
    assert "\n" not in str(told.value)


def test_the_newest_in_the_clone_that_fits_is_taken(tmp_path: Path) -> None:
    assert found(tmp_path, VERSION) is None
    older, newer = wheel(tmp_path / "dist", f"manylinux_2_20_{MACHINE}"), wheel(tmp_path / "dist")
    other = wheel(tmp_path / "dist", version="9.9")
    for age, path in enumerate((other, newer, older)):
        os.utime(path, (1e9 - age, 1e9 - age))
    engine = found(tmp_path, VERSION)
    assert engine is not None and engine.wheel == newer.resolve()


def test_it_tells_which_plugin_it_brings(tmp_path: Path) -> None:
    wheel(tmp_path / "dist", plugin="build-7")
    engine = found(tmp_path, VERSION)
    assert engine is not None
    assert engine.brings_plugin("build-7") and not engine.brings_plugin("build-8")
