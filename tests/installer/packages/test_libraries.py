"""Which libraries come along, whose the others are, and what licenses all have."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installer.commands import SetupError
from installer.packages import libraries, licenses
from installer.packages.elf import Wants, elf_files, is_elf, wants_of
from installer.packages.places import HERE
from installer.packages.prune import strip_debug
from installer.packages.tree import Parts

needs_readelf = pytest.mark.skipif(shutil.which("readelf") is None, reason="binutils is not installed")


@pytest.mark.process
@needs_readelf
def test_readelf_tells_what_a_program_wants(tmp_path: Path) -> None:
    program = tmp_path / "program"
    shutil.copyfile(Path(sys.executable).resolve(), program)
    (tmp_path / "text").write_text("no program")
    (tmp_path / "link").symlink_to(program)
    assert elf_files(tmp_path) == [program] and not is_elf(tmp_path / "text")
    wanted = wants_of([program])[program]
    assert "libc.so.6" in wanted.needed and wanted.glibc > (2, 0)


@pytest.mark.process
@needs_readelf
@pytest.mark.skipif(not shutil.which("gcc") or not shutil.which("strip"), reason="no compiler")
def test_what_debuggers_read_goes_but_of_what_names_folders_of_libraries(tmp_path: Path) -> None:
    source = tmp_path / "a.c"
    source.write_text("int one(void) { return 1; }\n")
    plain, searching = tmp_path / "plain.so", tmp_path / "searching.so"
    for file, options in ((plain, []), (searching, ["-Wl,-rpath,$ORIGIN"])):
        subprocess.run(["gcc", "-g", "-shared", "-fPIC", *options, "-o", file, source], check=True)
    whole = searching.read_bytes()
    assert [wanted.searches for wanted in wants_of([plain, searching]).values()] == [False, True]
    strip_debug(tmp_path)
    assert b".debug_info" not in plain.read_bytes() and searching.read_bytes() == whole
    assert ctypes.CDLL(str(plain)).one() == 1


def wanting(monkeypatch: pytest.MonkeyPatch, table: dict[str, tuple[str, ...]], newer: str = "") -> None:
    """Files want what the table says of their names, and one of them a newer system."""

    def wants(files: list[Path]) -> dict[Path, Wants]:
        return {
            path: Wants(table.get(path.name, ()), path.name, (2, 36) if path.name == newer else (2, 17))
            for path in files
        }

    monkeypatch.setattr(
        libraries, "elf_files", lambda folder: sorted(p for p in folder.rglob("*.so*") if not p.is_symlink())
    )
    monkeypatch.setattr(libraries, "wants_of", wants)


def made(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_libraries_that_are_wanted_come_along_with_what_they_want(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, base = tmp_path / "tree", tmp_path / "base"
    qt = "python/lib/python3.13/site-packages/PySide6/Qt"
    made(tree, f"{qt}/plugins/platforms/libqxcb.so", f"{qt}/lib/libQt6Core.so.6", "python/lib/own.so")
    made(base / "lib", "libxcb-image.so.0", "libxcb-util.so.1", "libz.so.1", "libunused.so.1")
    wants = {
        "libqxcb.so": ("libxcb-image.so.0", "libQt6Core.so.6", "libc.so.6", "libvulkan.so.1"),
        "libxcb-image.so.0": ("libxcb-util.so.1", "libxcb.so.1"),
        "own.so": ("libz.so.1",),
    }
    wanting(monkeypatch, wants)
    libraries.complete(tree, base)
    place = tree / "python" / "lib"
    assert sorted(path.name for path in place.iterdir() if path.is_file()) == [
        "libxcb-image.so.0", "libxcb-util.so.1", "libz.so.1", "own.so",
    ]  # fmt: skip
    link = tree / qt / "lib" / "libxcb-image.so.0"
    assert link.is_symlink() and link.resolve() == place / "libxcb-image.so.0"


def test_a_library_that_nobody_brings_stops_the_packing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "tree", "python/lib/own.so")
    wanting(monkeypatch, {"own.so": ("libgtk-3.so.0",)})
    with pytest.raises(SetupError, match=r"python/lib/own\.so wants libgtk-3\.so\.0"):
        libraries.complete(tmp_path / "tree", tmp_path)


@pytest.mark.parametrize("newer", ["own.so", "libz.so.1"])
def test_what_wants_a_newer_system_than_packages_are_for_stops_the_packing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, newer: str
) -> None:
    made(tmp_path / "tree", "python/lib/own.so")
    made(tmp_path / "lib", "libz.so.1")
    wanting(monkeypatch, {"own.so": ("libz.so.1",)}, newer)
    with pytest.raises(SetupError, match=rf"{newer} would need a newer glibc than 2\.35"):
        libraries.complete(tmp_path / "tree", tmp_path)


def test_the_deb_names_the_c_library_of_the_newest_symbol() -> None:
    wants = [Wants(("libc.so.6", "libEGL.so.1"), "", (2, 34)), Wants(("libglib-2.0.so.0",), "", (2, 9))]
    assert libraries.depends(wants) == ["libc6 (>= 2.34)", "libegl1", "libglib2.0-0t64 | libglib2.0-0"]


def test_every_library_that_may_come_along_has_a_license_that_is_known() -> None:
    packages = (HERE / "base" / "libraries.txt").read_text(encoding="utf-8").split()
    assert {
        name for name in packages if name not in licenses.DEBIAN and not name.startswith("libxcb")
    } == set()


@pytest.mark.parametrize(
    ("expression", "may"),
    [
        ("MIT", True),
        ("LGPL-2.1-or-later", True),
        ("LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", True),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-2.0-only", False),
        ("MIT AND GPL-3.0-or-later WITH GCC-exception-3.1", True),
        ("GPL-2.0-only AND GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("AGPL-3.0-only", False),
    ],
)
def test_nothing_is_inside_that_is_gpl_alone(expression: str, may: bool) -> None:
    assert licenses.may_be_inside(expression) is may


def info(folder: Path, *lines: str) -> Path:
    folder.mkdir()
    (folder / "METADATA").write_text(
        "\n".join(("Metadata-Version: 2.4", "Name: Thing", "Version: 1", *lines)) + "\n\nAbout"
    )
    return folder


@pytest.mark.parametrize(
    ("lines", "license"),
    [
        (["License-Expression: BSD-3-Clause AND MIT"], "BSD-3-Clause AND MIT"),
        (["License: MIT License"], "MIT"),
        (["Classifier: License :: OSI Approved :: Apache Software License"], "Apache-2.0"),
        (["License: MIT", "Classifier: License :: OSI Approved"], "MIT"),
    ],
)
def test_a_license_is_read_of_what_a_package_says(tmp_path: Path, lines: list[str], license: str) -> None:
    found = licenses.part_of(info(tmp_path / "thing-1.dist-info", *lines))
    assert (found.name, found.version, found.license) == ("thing", "1", license)


def test_a_license_that_cannot_be_read_stops_the_packing(tmp_path: Path) -> None:
    for number, lines in enumerate((["License: see the website"], [])):
        with pytest.raises(SetupError, match="thing"):
            licenses.part_of(info(tmp_path / f"{number}.dist-info", *lines))


def test_texts_of_one_name_lie_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = info(tmp_path / "thing-1.dist-info", "License-Expression: MIT")
    for name in ("licenses/LICENSE.txt", "licenses/vendored/LICENSE.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(name)
    (tmp_path / "tree").mkdir()
    (tmp_path / "LICENSE").write_text("MIT")
    monkeypatch.setattr(licenses, "found", lambda *_: [licenses.part_of(folder)])
    licenses.write(tmp_path / "tree", Parts(tmp_path, tmp_path, None), tmp_path)
    kept = tmp_path / "tree" / "licenses" / "thing" / "licenses"
    assert (kept / "LICENSE.txt").read_text() == "licenses/LICENSE.txt"
    assert (kept / "vendored" / "LICENSE.txt").read_text() == "licenses/vendored/LICENSE.txt"
    assert "thing 1: MIT" in (tmp_path / "tree" / "licenses" / "copyright").read_text()
