"""A run is given the tools that were chosen; one that is resumed those it had, as far as they are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agents.run.run import OWN_TOOLS
from app.services.runs.parts import RunParts
from engine.errors import UserError


class NoServers:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def tools(self, workspace: Path) -> tuple[Any, ...]:
        self.asked += 1
        return ()


def parts(tmp_path: Path, servers: NoServers) -> RunParts:
    return RunParts(tmp_path, None, servers, lambda: "en", None, str, lambda run: ())  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.runs.parts.found_sandbox", lambda: None)


def test_chosen_tools_are_given_and_no_server_is_started_for_them(tmp_path: Path) -> None:
    servers = NoServers()
    given = parts(tmp_path, servers).tools(tmp_path, ["read_file", "list_files"])
    assert {tool.name for tool in given} == {"read_file", "list_files"} and servers.asked == 0


def test_a_tool_that_is_not_there_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"run\.unknown_tool"):
        parts(tmp_path, NoServers()).tools(tmp_path, ["read_file", "gone"])


def test_a_resumed_run_has_what_is_left_of_its_tools(tmp_path: Path) -> None:
    servers = NoServers()
    given = parts(tmp_path, servers).tools(tmp_path, ["read_file", *OWN_TOOLS, "gone"], lenient=True)
    assert [tool.name for tool in given] == ["read_file"] and servers.asked == 1
    assert parts(tmp_path, servers).tools(tmp_path, ["read_file", *OWN_TOOLS]) and servers.asked == 1
