"""What is asked for on a command line, and the message to the window that is open already."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.main import application
from app.integration.open_request import LONGEST_MESSAGE, OpenRequest, is_openable, request_of

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="paths of other systems")


@pytest.mark.parametrize(
    "argument",
    [
        "m.gguf",
        "M.GGUF",
        "./m",
        "a/b",
        "/m",
        "모델 하나.gguf",
        "a\nb.gguf",
        "file:///m.gguf",
        "coterie://x",
        "./chat",
    ],
)
def test_links_and_paths_are_known_by_their_form(argument: str) -> None:
    assert is_openable(argument)


def test_no_command_and_no_option_is_taken_for_a_file() -> None:
    commands = {command.name or command.callback.__name__ for command in application.registered_commands}  # type: ignore[union-attr]
    commands |= {str(group.name or group.typer_instance.info.name) for group in application.registered_groups}  # type: ignore[union-attr]
    assert {"chat", "models", "serve"} <= commands
    assert not any(map(is_openable, [*commands, "--version", "--debug", "-x.gguf", "--x=/y", "word", ""]))


@POSIX
def test_a_relative_path_becomes_one_of_the_folder_it_was_given_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert request_of("m.gguf") == OpenRequest(file=str(tmp_path / "m.gguf"))
    assert request_of("./하위/m 1.gguf") == OpenRequest(file=str(tmp_path / "하위" / "m 1.gguf"))
    assert request_of("/x/m.gguf") == OpenRequest(file="/x/m.gguf")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert request_of("m.gguf") == OpenRequest(file="/m.gguf")


@POSIX
def test_an_address_of_a_file_is_its_path() -> None:
    path = "/가 나/a\nb\udcff?#%.gguf"
    address = "file://" + "".join(f"%{byte:02x}" if byte != 0x2F else "/" for byte in os.fsencode(path))
    assert request_of(address) == OpenRequest(file=path)
    assert request_of(address.replace("file://", "file://localhost")) == OpenRequest(file=path)
    for elsewhere in ("file://server/m.gguf", "file:m.gguf", "file:///a%00.gguf", "file://[x/m.gguf"):
        assert request_of(elsewhere) == OpenRequest(link=elsewhere)


@given(st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_a_request_comes_out_as_it_went_in(text: str) -> None:
    for request in (OpenRequest(link=text), OpenRequest(file=os.path.join(os.sep, text)), OpenRequest()):  # noqa: PTH118
        line = request.to_line()
        assert line.isascii() and line.endswith(b"\n") and line.count(b"\n") == 1
        assert OpenRequest.from_line(line) == request


def test_the_longest_path_and_link_have_room() -> None:
    file = os.sep + "\udcff" * 4095
    assert OpenRequest.from_line(OpenRequest(file=file).to_line()) == OpenRequest(file=file)
    assert len(OpenRequest(link="\udcff" * 10**6).to_line()) <= LONGEST_MESSAGE


@pytest.mark.parametrize(
    "message",
    [
        b"", b"\n", b"{", b"null", b"[]", b"1", b'"link"', b"\xff", b"[" * 60_000, b" " * (LONGEST_MESSAGE + 1),
        b'{"run": "x"}', b'{"link": 1}', b'{"link": ""}', b'{"file": null}', b'{"file": "m.gguf"}',
        b'{"file": "/a\\u0000"}', b'{"link": "x", "file": "/x"}', b'{"link": "x", "start": true}',
        json.dumps({"link": "x" * LONGEST_MESSAGE}).encode(),
    ],
)  # fmt: skip
def test_a_message_that_says_anything_else_is_none(message: bytes) -> None:
    assert OpenRequest.from_line(message) is None


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading_of_a_message(message: bytes) -> None:
    assert OpenRequest.from_line(message) is None or b"{" in message
