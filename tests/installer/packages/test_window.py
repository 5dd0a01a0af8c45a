"""How the window of a package is tried."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from installer.commands import SetupError
from installer.packages import window


def test_a_message_is_typed_where_the_window_takes_it() -> None:
    x, y = window._composer("WINDOW=4194311\nX=100\nY=50\nWIDTH=1000\nHEIGHT=700\nSCREEN=0")
    assert (x, y) == ("700", "660")


def test_an_answer_counts_once_it_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    states = iter(("generating", "done"))

    def lines(command: list[str]) -> list[dict[str, Any]]:
        if "list" in command:
            return [{"id": 1}, {"id": 2}]
        messages = [{"content": "Something else"}, {"content": "No", "state": "done"}]
        if command[-2] == "2":
            messages = [{"content": window.MESSAGE}, {"content": "Hello", "state": next(states)}]
        return [{"messages": messages}]

    monkeypatch.setattr(window, "_lines", lines)
    assert window.answered([]) == "" and window.answered([]) == "Hello"


@pytest.mark.process
def test_a_window_that_ends_is_not_waited_for() -> None:
    words = [sys.executable, "-c", "import sys; sys.exit('no display')"]
    with (
        subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as program,
        pytest.raises(SetupError, match="ended with 1: no display"),
    ):
        window.wait(lambda: "", program, "No window came", pause=0.01)
