"""Standard input as text of a prompt: pipes and files are read, what may never end is not."""

from __future__ import annotations

import io
import os
import pty
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from app.cli.chat import piped
from app.cli.chat.piped import MOST_BYTES, with_piped
from app.cli.output import Output
from engine.errors import UserError


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[IO[str]]]:
    """Files whose first becomes the standard input with `become`; all are closed."""
    files: list[IO[str]] = []
    yield files
    monkeypatch.undo()
    for file in files:
        file.close()


def become(monkeypatch: pytest.MonkeyPatch, given: list[IO[str]], descriptor: int) -> None:
    given.append(os.fdopen(descriptor, encoding="utf-8", errors="replace"))
    monkeypatch.setattr(sys, "stdin", given[-1])


def pipe(monkeypatch: pytest.MonkeyPatch, given: list[IO[str]], data: bytes) -> None:
    read, write = os.pipe()
    become(monkeypatch, given, read)
    os.write(write, data)
    os.close(write)


@pytest.mark.parametrize(
    ("prompt", "data", "whole"),
    [
        ("Summarize", b"one\ntwo\n", "Summarize\n\none\ntwo\n"),
        ("-", b"one", "one"),
        (None, b"one", "one"),
        ("Say hi", b"", "Say hi"),
        ("Say hi", b" \n", "Say hi"),
        ("Summarize", b"\xef\xbb\xbf\xec\xb0\xa8", "Summarize\n\n차"),
        ("Summarize", "차 🍵".encode("utf-16"), "Summarize\n\n차 🍵"),
    ],
)
def test_a_pipe_is_text_behind_the_prompt(
    monkeypatch: pytest.MonkeyPatch, given: list[IO[str]], prompt: str | None, data: bytes, whole: str
) -> None:
    pipe(monkeypatch, given, data)
    assert with_piped(prompt, Output(json=False)) == whole


def test_a_file_is_text_behind_the_prompt(
    monkeypatch: pytest.MonkeyPatch, given: list[IO[str]], tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    become(monkeypatch, given, os.open(tmp_path / "notes.txt", os.O_RDONLY))
    assert with_piped("Summarize", Output(json=False)) == "Summarize\n\nnotes"


@pytest.mark.parametrize("data", [b"PK\x03\x04\0\0", b"a\xff\xfeb", b"\xff\xd8\xff\xe0"])
def test_what_is_not_text_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: list[IO[str]], data: bytes
) -> None:
    pipe(monkeypatch, given, data)
    with pytest.raises(UserError, match=r"cli\.piped_not_text"):
        with_piped("Summarize", Output(json=False))


def test_five_megabytes_are_read_and_no_more(
    monkeypatch: pytest.MonkeyPatch, given: list[IO[str]], tmp_path: Path
) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"x" * MOST_BYTES)
    become(monkeypatch, given, os.open(path, os.O_RDONLY))
    assert len(with_piped("-", Output(json=False)) or "") == MOST_BYTES
    path.write_bytes(b"x" * (MOST_BYTES + 1))
    become(monkeypatch, given, os.open(path, os.O_RDONLY))
    with pytest.raises(UserError, match=r"cli\.piped_too_long"):
        with_piped("-", Output(json=False))


def test_what_may_never_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, given: list[IO[str]]) -> None:
    one, other = socket.socketpair()
    lead, terminal = pty.openpty()
    for descriptor in (one.detach(), terminal, os.open(os.devnull, os.O_RDONLY)):
        become(monkeypatch, given, descriptor)
        assert with_piped("Say hi", Output(json=False)) == "Say hi"
    other.close()
    os.close(lead)
    monkeypatch.setattr(sys, "stdin", None)
    assert with_piped("Say hi", Output(json=False)) == "Say hi"
    monkeypatch.setattr(sys, "stdin", io.StringIO("not piped"))
    assert with_piped("Say hi", Output(json=False)) == "Say hi"


def test_a_terminal_without_a_prompt_is_a_conversation(
    monkeypatch: pytest.MonkeyPatch, given: list[IO[str]]
) -> None:
    lead, terminal = pty.openpty()
    become(monkeypatch, given, terminal)
    assert with_piped(None, Output(json=False)) is None
    os.close(lead)


def test_a_pipe_that_stays_open_is_told_of(
    monkeypatch: pytest.MonkeyPatch, given: list[IO[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(piped, "PATIENCE", 0.05)
    writer = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(0.6); print('late')"], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    become(monkeypatch, given, os.dup(writer.stdout.fileno()))
    writer.stdout.close()
    began = time.monotonic()
    assert with_piped("Summarize", Output(json=True)) == "Summarize\n\nlate\n"
    assert time.monotonic() - began < 30
    assert "Waiting for the end" in capsys.readouterr().err
    writer.wait()
