"""Which plugin is taken for one of this engine, and what is said where there is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.messages import localized_error
from engine.errors import UserError
from engine.expert_cache import library
from engine.expert_cache.library import (
    NOTE,
    check_build,
    interface_hash,
    plugin_folder,
    plugin_name,
    plugin_path,
    plugin_state,
)
from tests.support.library.left_by_setup import left_by_setup
from tests.support.models.source_archive import VERSION


def code_of(folder: Path) -> str:
    with pytest.raises(UserError) as caught:
        plugin_path(folder)
    assert plugin_state(folder).problem == caught.value.info
    assert plugin_state(folder).path == ""
    assert "make setup" in localized_error(caught.value, "en") and "make setup" in localized_error(
        caught.value, "ko"
    )
    return caught.value.code


def test_what_set_up_built_is_found(tmp_path: Path) -> None:
    folder = left_by_setup(tmp_path / "coterie")
    assert plugin_path(folder) == folder / plugin_name()
    state = plugin_state(folder)
    assert (state.path, state.build, state.problem) == (
        str(folder / plugin_name()),
        f"{VERSION}-0123456789abcdef",
        None,
    )


def test_it_is_looked_for_in_the_environment_that_runs_this(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    (tmp_path / "lib").mkdir()
    folder = left_by_setup(plugin_folder())
    assert plugin_path() == folder / plugin_name() == tmp_path / "lib" / "coterie" / plugin_name()


def test_without_a_set_up_that_built_it_there_is_none(tmp_path: Path) -> None:
    assert code_of(tmp_path / "missing") == "cache.not_built"
    folder = left_by_setup(tmp_path / "coterie")
    (folder / plugin_name()).unlink()
    assert code_of(folder) == "cache.not_built"


@pytest.mark.parametrize("note", [None, "", '{"library": "0.3', '{"library": 3}', "[]"])
def test_a_plugin_without_its_whole_note_is_none(tmp_path: Path, note: str | None) -> None:
    folder = left_by_setup(tmp_path / "coterie")
    (folder / NOTE).unlink()
    if note is not None:
        (folder / NOTE).write_text(note)
    assert code_of(folder) == "cache.not_built"


@pytest.mark.parametrize(
    "other", [{"library": "0.3.35"}, {"interface": "0123456789abcdef"}, {"interface": ""}]
)
def test_a_plugin_of_another_engine_or_another_interface_is_refused(
    tmp_path: Path, other: dict[str, str]
) -> None:
    assert code_of(left_by_setup(tmp_path / "coterie", **other)) == "cache.other_build"


def test_a_plugin_is_refused_where_the_interface_changed_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = left_by_setup(tmp_path / "coterie")
    header = tmp_path / "expert_cache.h"
    header.write_text("int coterie_cache_open(void);\n")
    monkeypatch.setattr(library, "interface_hash", lambda: interface_hash(header))
    assert code_of(folder) == "cache.other_build"
    header.unlink()
    assert code_of(folder) == "cache.other_build"


def test_a_plugin_is_refused_where_no_engine_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library.llama_package, "found", lambda: None)
    assert code_of(left_by_setup(tmp_path / "coterie")) == "cache.other_build"


def test_a_plugin_that_calls_itself_otherwise_is_refused(tmp_path: Path) -> None:
    folder = left_by_setup(tmp_path / "coterie")
    check_build(f"{VERSION}-0123456789abcdef", folder)
    for told, place in (("none", folder), ("", folder), ("", tmp_path / "missing")):
        with pytest.raises(UserError, match=r"cache\.other_build"):
            check_build(told, place)


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        ("compiler", "cache.no_compiler"),
        ("compile", "cache.not_compiled"),
        ("something new", "cache.not_compiled"),
    ],
)
def test_what_hindered_set_up_is_told(tmp_path: Path, problem: str, code: str) -> None:
    folder = left_by_setup(tmp_path / "coterie", problem=problem, log="/logs/plugin.log")
    assert code_of(folder) == code


def test_the_log_of_a_failed_build_is_named(tmp_path: Path) -> None:
    (tmp_path / NOTE).write_text('{"problem": "compile", "log": "/logs/plugin.log"}')
    with pytest.raises(UserError) as caught:
        plugin_path(tmp_path)
    assert "/logs/plugin.log" in localized_error(caught.value)


def test_the_file_is_called_as_each_system_calls_libraries() -> None:
    assert [plugin_name(system) for system in ("linux", "darwin", "win32")] == [
        "libggml-coterie-experts.so",
        "libggml-coterie-experts.dylib",
        "libggml-coterie-experts.dll",
    ]
