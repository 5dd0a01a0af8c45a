from __future__ import annotations

from pathlib import Path

import pytest

from installer.system import (
    QT_LIBRARIES,
    Need,
    Rights,
    compilers,
    compiles,
    font_files,
    has_display,
    how_to_install,
    missing_compilers,
    missing_fonts,
    missing_libraries,
    packages,
)


def test_a_library_that_does_not_load_is_missing_with_its_package() -> None:
    missing = missing_libraries(lambda soname: soname not in ("libEGL.so.1", "libxcb-cursor.so.0"))
    assert missing == [Need("libEGL.so.1", "libegl1"), Need("libxcb-cursor.so.0", "libxcb-cursor0")]
    assert packages(missing) == ["libegl1", "libxcb-cursor0"]


def test_a_library_that_no_machine_has_is_missing() -> None:
    assert "libc.so.6" not in QT_LIBRARIES
    assert len(missing_libraries(lambda soname: False)) == len(QT_LIBRARIES)


def test_the_compilers_are_the_persons_own_if_named() -> None:
    assert compilers({"CC": "my-cc", "CXX": "my-c++", "PATH": ""}) == ("my-cc", "my-c++")
    assert compilers({"PATH": "/nonexistent"}) == (None, None)


@pytest.mark.process
def test_a_compiler_that_cannot_make_a_program_is_missing(tmp_path: Path) -> None:
    broken = tmp_path / "cc"
    broken.write_text("#!/bin/sh\necho 'stdio.h: No such file' >&2\nexit 1\n")
    broken.chmod(0o755)
    assert not compiles(str(broken), "c")
    assert not compiles(str(tmp_path / "missing"), "c")
    needs = missing_compilers({"CC": str(broken), "CXX": str(broken), "PATH": ""})
    assert packages(needs) == ["g++", "gcc"]


@pytest.mark.process
def test_this_machines_compilers_make_programs() -> None:
    c, cxx = compilers({"PATH": "/usr/local/bin:/usr/bin:/bin"})
    if c is None or cxx is None:
        pytest.skip("the engine came from the cache, and there is no compiler")
    assert compiles(c, "c")
    assert compiles(cxx, "c++")


@pytest.mark.parametrize(
    ("files", "display", "wanted"),
    [
        ([], False, ["fonts-dejavu-core"]),
        ([], True, ["fonts-dejavu-core", "fonts-noto-cjk", "fonts-noto-color-emoji"]),
        (["dejavusans.ttf"], False, []),
        (["dejavusans.ttf", "notocoloremoji.ttf"], True, ["fonts-noto-cjk"]),
        (["notosanscjk-regular.ttc"], True, ["fonts-noto-color-emoji"]),
        (["noto_sans_kr.otf", "noto-emoji.ttf"], True, []),
        (["nanumgothic.ttf", "twemoji.ttf"], True, []),
    ],
)
def test_fonts_wanted(files: list[str], display: bool, wanted: list[str]) -> None:
    assert packages(missing_fonts(files, display=display)) == wanted


def test_korean_and_emoji_are_better_to_have_and_nothing_to_stop_for() -> None:
    korean, emoji = missing_fonts(["dejavusans.ttf"], display=True)
    assert not korean.required and not emoji.required


def test_a_persons_own_fonts_count(tmp_path: Path) -> None:
    folder = tmp_path / ".local/share/fonts/mine"
    folder.mkdir(parents=True)
    (folder / "Mine.TTF").touch()
    (folder / "readme.txt").touch()
    assert "mine.ttf" in font_files(tmp_path)
    assert "readme.txt" not in font_files(tmp_path)


@pytest.mark.parametrize(
    ("environ", "display"),
    [
        ({}, False),
        ({"DISPLAY": ""}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
    ],
)
def test_a_display_is_x_or_wayland(environ: dict[str, str], display: bool) -> None:
    assert has_display(environ) is display


@pytest.mark.parametrize(
    ("rights", "may"),
    [
        (Rights(apt=True, root=True, sudo=False), True),
        (Rights(apt=True, root=False, sudo=True), True),
        (Rights(apt=True, root=False, sudo=False), False),
        (Rights(apt=False, root=True, sudo=True), False),
    ],
)
def test_only_root_or_sudo_without_a_password_installs_and_only_with_apt(rights: Rights, may: bool) -> None:
    assert rights.may_install is may


def test_sudo_is_asked_only_when_not_root_and_never_for_a_password() -> None:
    assert Rights(apt=True, root=True, sudo=False).command("update")[0] == "env"
    assert Rights(apt=True, root=False, sudo=True).command("update")[:2] == ["sudo", "-n"]


def test_who_may_not_install_is_told_the_one_command() -> None:
    told = how_to_install([Need("libEGL.so.1", "libegl1"), Need("a C++ compiler", "g++")], apt=True)
    assert told.splitlines()[-1].strip() == "sudo apt-get install -y g++ libegl1"


def test_on_other_systems_the_missing_things_are_named() -> None:
    told = how_to_install([Need("libEGL.so.1", "libegl1"), Need("a C++ compiler", "g++")], apt=False)
    assert "libEGL.so.1" in told
    assert "a C++ compiler" in told
    assert "apt-get" not in told
