"""The program's only argument: a command, or a file or link that a window shows."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from app import __main__ as program
from app.integration.open_request import OpenRequest


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the desktop was started with."""
    calls: list[dict[str, Any]] = []

    def run(argv: list[str], **options: Any) -> int:
        calls.append(options)
        return 0

    monkeypatch.setattr("app.desktop.application.run", run)
    monkeypatch.setattr("app.screen.has_screen", lambda: True)
    return calls


def started(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["coterie", *arguments])
    monkeypatch.setattr("app.services.settings.secrets.take_from_environment", lambda: None)
    for name in ("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_IMPLICIT_TOKEN"):
        monkeypatch.setenv(name, "1")
    return program.start()


def test_a_file_or_a_link_opens_the_window(
    opened: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert started(monkeypatch) == started(monkeypatch, "--debug") == 0
    assert started(monkeypatch, "m.gguf") == started(monkeypatch, "--debug", "coterie://x") == 0
    assert opened == [
        {"debug": False, "background": False, "request": None},
        {"debug": True, "background": False, "request": None},
        {"debug": False, "background": False, "request": OpenRequest(file=str(tmp_path / "m.gguf"))},
        {"debug": True, "background": False, "request": OpenRequest(link="coterie://x")},
    ]


def test_a_command_wins_over_a_file_of_its_name(
    opened: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").touch()
    started(monkeypatch, "models")
    assert not opened and "Usage: coterie models" in capsys.readouterr().err
    started(monkeypatch, "./models")
    assert opened == [
        {"debug": False, "background": False, "request": OpenRequest(file=str(tmp_path / "models"))}
    ]


def test_without_a_screen_a_file_is_told_what_to_do_with(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("app.screen.has_screen", lambda: False)
    assert started(monkeypatch, "m.gguf") == 1
    assert "coterie chat --model FILE" in capsys.readouterr().err


def test_windows_writes_unicode_where_no_terminal_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="cp1252"))
    program._write_unicode()
    print("“사람”", flush=True)
    assert written.getvalue().decode() == "“사람”\n"
