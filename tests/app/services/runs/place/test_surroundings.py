"""What the commands of a run may read: toolchains of the home, and nothing personal in them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agents.tools.executing import shell
from agents.workspace.workspace import Workspace
from app.services.runs.parts import RunParts, found_sandbox
from app.services.runs.place.surroundings import surroundings
from app.store.records import RunRecord

pytestmark = [pytest.mark.long, pytest.mark.process]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home/person"
    shims = folder / ".pyenv/shims"
    shims.mkdir(parents=True)
    (shims / "python3").write_text("#!/bin/sh\necho the own Python in $PYENV_ROOT\n")
    (shims / "python3").chmod(0o755)
    (folder / ".pyenv/.env").write_text("CANARY")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("PATH", f"{shims}:/usr/bin:/bin")
    for name in ("PYENV_ROOT", "RUSTUP_HOME", "CARGO_HOME", "NVM_DIR", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)
    return folder


def test_a_command_finds_the_persons_own_python_first(tmp_path: Path, home: Path) -> None:
    if found_sandbox() is None:
        pytest.skip("this machine has no sandbox")
    parts = RunParts(tmp_path / "data", None, None, lambda: "en", None, str, lambda run: ())  # type: ignore[arg-type]
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    run = RunRecord(1, "", "", str(workspace), "", "ask", "running", 0.0, 0.0)
    journal = type("Journal", (), {"kept": staticmethod(str)})()
    context = parts.tool_context(run, Workspace(workspace), journal)
    told = shell.run({"command": f"python3; cat {home}/.pyenv/.env"}, context).text
    assert f"the own Python in {home}/.pyenv" in told and "CANARY" not in told


def test_our_own_data_is_hidden_in_a_folder_that_holds_it(tmp_path: Path, home: Path) -> None:
    data = tmp_path / "wide/data"
    data.mkdir(parents=True)
    seen = surroundings(tmp_path / "work", data, (tmp_path / "wide",))
    assert data in seen.hidden
    assert home / ".pyenv/.env" in seen.hidden


def test_the_environment_that_coterie_lives_in_is_not_handed_on(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (home / "ours", home / "theirs"):
        (folder / "bin").mkdir(parents=True)
        (folder / "pyvenv.cfg").touch()
    monkeypatch.setattr(sys, "prefix", str(home / "ours"))
    for name, kept in (("ours", False), ("theirs", True)):
        active = home / name
        given = {"VIRTUAL_ENV": str(active), "PATH": f"{active}/bin:/usr/bin"}
        seen = surroundings(tmp_path / "work", tmp_path / "data", (), given)
        assert (active in seen.programs) is kept
        assert ("VIRTUAL_ENV" in seen.environment) is kept
        assert (f"{active}/bin" in seen.environment["PATH"]) is kept
