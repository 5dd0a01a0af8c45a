"""What packages are made of, without making one."""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest

from app.installation.facts import read
from installer.commands import SetupError
from installer.packages import appimage, base, checking, entries, prune, tree
from installer.packages.__main__ import engine_wheel
from installer.packages.places import HERE, ROOT, Places, Release, environment, inputs, release_of, require
from installer.plugin import plugin_of
from installer.portable import at_hand
from installer.sources import ENGINE, LOCK, engine_version, without_engine

# Of a wheel that this computer can use.
TAG = f"manylinux_2_17_{platform.machine().lower()}"
RELEASE = Release("1.2.3", "0" * 40, 1_700_000_000, "beta")


def test_the_lock_of_packages_leaves_the_engine_alone_out() -> None:
    whole = (ROOT / LOCK).read_text(encoding="utf-8")
    kept = without_engine(ROOT)
    names = re.findall(r"^([\w.-]+)==", whole, re.MULTILINE)
    assert re.findall(r"^([\w.-]+)==", kept, re.MULTILINE) == [name for name in names if name != ENGINE]
    engine = whole.partition(f"{ENGINE}==")[2].partition("\nllm-")[0]
    hashes = whole.count("--hash=") - engine.count("--hash=")
    assert kept.count("--hash=") == hashes


def test_every_input_is_named_by_its_hash_and_no_file_names_a_server() -> None:
    pins = inputs()
    assert all(re.fullmatch("[0-9a-f]{64}", pins["cpython"][name]) for name in ("archive", "fixes"))
    lines = base.LOCK.read_text(encoding="utf-8").splitlines()
    assert len(lines) > 100 and all(re.fullmatch(r"\S+ \S+ [0-9a-f]{64}", line) for line in lines)
    texts = [
        path
        for path in HERE.rglob("*")
        if path.is_file() and path.suffix in (".py", ".sh", ".toml", ".txt", "")
    ]
    assert not [
        path for path in texts if re.search(r"https?://(?!www\.w3\.org)", path.read_text(encoding="utf-8"))
    ]


def test_the_base_has_another_key_with_another_script_or_pin(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "build.sh").write_text("one")
    monkeypatch.setattr(base, "FOLDER", tmp_path)
    keys = {base.key()}
    (tmp_path / "build.sh").write_text("two")
    keys.add(base.key())
    monkeypatch.setattr(base, "inputs", lambda: {"cpython": {"version": "4"}})
    assert len(keys | {base.key()}) == 3


def test_packages_are_made_of_a_commit_with_nothing_changed(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="clone with git"):
        release_of(tmp_path, "1", "stable")
    for command in (
        ["init", "-q"],
        ["-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "m", "--allow-empty"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    made = release_of(tmp_path, "1", "beta")
    assert len(made.commit) == 40 and made.time > 0 and made.channel == "beta"
    (tmp_path / "file").write_text("one")
    subprocess.run(["git", "add", "file"], cwd=tmp_path, check=True)
    with pytest.raises(SetupError, match="Commit"):
        release_of(tmp_path, "1", "beta")


def test_steps_see_nothing_of_the_persons_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    monkeypatch.setenv("LC_TIME", "ko_KR")
    seen = environment(RELEASE)
    assert not [name for name in seen if name.startswith("PYTHON")] and "LC_TIME" not in seen
    assert seen["SOURCE_DATE_EPOCH"] == str(RELEASE.time)


@pytest.mark.skipif(sys.platform != "linux", reason="names of Linux")
def test_the_engine_is_the_one_that_set_up_takes_with_the_plugin_of_the_same_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = engine_version(ROOT)
    here = Places(ROOT, tmp_path / "build", tmp_path / "dist")
    monkeypatch.setattr(at_hand, "FOLDER", here.dist)
    with pytest.raises(SetupError, match="make engine-wheel"):
        engine_wheel(here, {})
    with pytest.raises(SetupError, match="no such file"):
        engine_wheel(here, {at_hand.VARIABLE: str(tmp_path / f"coterie_engine-{version}-py3-none-{TAG}.whl")})
    made = engine_file(here.dist, version, plugin_of(ROOT, version, at_hand.PLUGIN_KEY).name)
    assert engine_wheel(here, {}) == made
    with pytest.raises(SetupError, match="is of other sources than these"):
        engine_wheel(here, {at_hand.VARIABLE: str(engine_file(tmp_path / "older", version, "another"))})


def engine_file(folder: Path, version: str, plugin: str) -> Path:
    """A wheel that brings nothing but a plugin's note."""
    folder.mkdir(parents=True)
    made = folder / f"coterie_engine-{version}-py3-none-{TAG}.whl"
    with zipfile.ZipFile(made, "w") as archive:
        note = f"coterie_engine-{version}.data/data/lib/coterie/build.json"
        archive.writestr(note, json.dumps({"build": plugin}))
    return made


def test_what_a_package_says_of_itself_is_what_the_program_reads(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.mkdir()
    for kind in ("deb", "appimage"):
        tree.write_installation(tmp_path, RELEASE, kind)
        found = read(python)
        assert (found.kind, found.version, found.channel, found.commit) == (kind, "1.2.3", "beta", "0" * 40)


def test_a_package_looks_for_newer_versions_where_it_was_told_to(tmp_path: Path) -> None:
    (tmp_path / "python").mkdir()
    tree.write_installation(tmp_path, RELEASE._replace(updates="https://example.org/coterie"), "appimage")
    assert read(tmp_path / "python").updates == "https://example.org/coterie"


def test_all_files_get_one_time_and_rights_that_anybody_may_read(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir(mode=0o700)
    program, text, link = tmp_path / "bin" / "program", tmp_path / "text", tmp_path / "link"
    program.touch(0o700)
    text.touch(0o600)
    link.symlink_to("text")
    tree.settle(tmp_path, RELEASE)
    every = (tmp_path, program.parent, program, text)
    assert [oct(path.stat().st_mode & 0o777) for path in every] == ["0o755", "0o755", "0o755", "0o644"]
    assert {int(path.lstat().st_mtime) for path in (*every, link)} == {RELEASE.time}


def test_the_launcher_takes_its_own_python_and_nothing_that_others_brought(tmp_path: Path) -> None:
    place = tmp_path / "두 번째 tree"
    (place / "bin").mkdir(parents=True)
    (place / "python" / "bin").mkdir(parents=True)
    (place / "bin" / "coterie").write_bytes((HERE / "coterie.sh").read_bytes())
    (place / "bin" / "coterie").chmod(0o755)
    stand_in = place / "python" / "bin" / "python3.13"
    stand_in.write_text('#!/bin/sh\necho "$@" "${LD_LIBRARY_PATH-unset}" "${QT_PLUGIN_PATH-unset}"\n')
    stand_in.chmod(0o755)
    link = tmp_path / "coterie"
    link.symlink_to(place / "bin" / "coterie")
    variables = {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": "/x", "QT_PLUGIN_PATH": "/x"}
    done = subprocess.run([link, "a b.gguf"], env=variables, capture_output=True, text=True, check=True)
    assert done.stdout == "-I -m app a b.gguf unset unset\n"


def test_the_desktop_reads_one_entry_for_packages() -> None:
    document = ElementTree.fromstring(entries.metainfo(RELEASE))
    assert document.findtext("id") == entries.ID
    assert document.find("releases/release").attrib == {"version": "1.2.3", "date": "2023-11-14"}  # type: ignore[union-attr]
    assert entries.metainfo(RELEASE) == entries.metainfo(RELEASE)
    types = [element.text for element in document.findall("provides/mediatype")]
    assert types == ["application/x-gguf", "x-scheme-handler/coterie"]


def test_an_appimage_bears_its_mark_where_others_look_for_it() -> None:
    runtime = b"\x7fELF" + bytes(range(60))
    made = appimage.head(runtime)
    assert made[8:11] == b"AI\x02" and len(made) == len(runtime)
    assert made[:8] == runtime[:8] and made[11:] == runtime[11:]


def test_modules_of_qt_that_nothing_imports_are_found(tmp_path: Path) -> None:
    file = tmp_path / "m.py"
    file.write_text("from PySide6.QtCore import QObject\n\ndef f():\n    from PySide6.QtDBus import QDBus\n")
    assert prune.qt_modules([file]) == {"QtCore", "QtDBus"}


def test_tests_and_what_developers_need_go_and_our_own_packages_stay(tmp_path: Path) -> None:
    for name in (
        "numpy/_core/tests/a.py",
        "numpy/core.py",
        "numpy/__init__.pyi",
        "app/test/kept.py",
        "pip/x.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    prune.prune_packages(tmp_path)
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["app/test/kept.py", "numpy/core.py"]


def test_one_package_of_a_kind_is_tried(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="make packages"):
        checking.only(tmp_path, "*.deb")
    (tmp_path / "one.deb").touch()
    assert checking.only(tmp_path, "*.deb").name == "one.deb"
    (tmp_path / "two.deb").touch()
    with pytest.raises(SetupError, match="one"):
        checking.only(tmp_path, "*.deb")


def test_what_is_missing_is_named_by_the_package_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installer.packages.places.shutil.which", lambda name: None)
    monkeypatch.setattr("installer.packages.places.platform.system", lambda: "Linux")
    monkeypatch.setattr("installer.packages.places.platform.machine", lambda: "x86_64")
    with pytest.raises(SetupError, match=r"apt-get install -y imagemagick mmdebstrap squashfs-tools$"):
        require("mmdebstrap", "mksquashfs", "import")
