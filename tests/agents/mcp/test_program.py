"""What of the disk a server's program needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.mcp.program import found_program, needed_paths, search_path
from engine.errors import UserError


def program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_a_virtual_environment_brings_the_python_it_was_made_with(tmp_path: Path) -> None:
    home = tmp_path / "home"
    python = program(home / ".pyenv/versions/3.13/bin/python3")
    (home / ".pyenv/versions/3.13/lib/python3.13").mkdir(parents=True)
    script = program(home / "env/bin/server", f"#!{home}/env/bin/python\n")
    (home / "env/bin/python").symlink_to(python)
    (home / "env/pyvenv.cfg").write_text(f"home = {python.parent}\n")
    assert set(needed_paths(str(script), home)) == {home / "env", home / ".pyenv/versions/3.13"}
    assert search_path(str(script)).split(":")[:2] == [str(script.parent), str(python.parent)]


def test_a_program_of_the_users_own_folder_brings_itself_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    script = program(home / ".local/bin/tool")
    (home / ".local/lib/python3.13").mkdir(parents=True)
    (home / ".local/share/keyrings").mkdir(parents=True)
    assert needed_paths(str(script), home) == (script,)
    assert needed_paths(str(program(home / "bin/tool")), home) == (home / "bin/tool",)


def test_node_brings_its_folder_of_packages(tmp_path: Path) -> None:
    home = tmp_path / "home"
    node = home / ".nvm/versions/node/v22"
    (node / "lib/node_modules/npm/bin").mkdir(parents=True)
    program(node / "lib/node_modules/npm/bin/npx-cli.js", "#!/usr/bin/env node\n")
    (node / "bin").mkdir()
    (node / "bin/npx").symlink_to("../lib/node_modules/npm/bin/npx-cli.js")
    assert needed_paths(str(node / "bin/npx"), home) == (node,)


def test_programs_of_the_system_need_nothing_more(tmp_path: Path) -> None:
    assert needed_paths("/usr/bin/env", tmp_path) == ()


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError) as caught:
        found_program("no-such-program-4711", "x")
    assert caught.value.params == {"server": "x", "detail": "no-such-program-4711"}


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert needed_paths(str(tmp_path / "a"), tmp_path) == ()


def test_the_stand_in_of_a_version_manager_comes_last(tmp_path: Path) -> None:
    shim, real = program(tmp_path / ".pyenv/shims/tool"), program(tmp_path / "real/tool")
    path = f"{shim.parent}:{real.parent}"
    assert found_program("tool", "x", path) == str(real)
    assert found_program("tool", "x", str(shim.parent)) == str(shim)
