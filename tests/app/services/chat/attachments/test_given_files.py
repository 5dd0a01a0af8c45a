"""Files that are given to be attached: read whole, or refused in a word."""

from __future__ import annotations

import os
import socket
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.chat.attachments import given_files
from app.services.chat.attachments.given_files import checked, plain_name, read_file
from engine.errors import UserError


def refused(path: Path) -> str:
    with pytest.raises(UserError) as told:
        read_file(path)
    assert told.value.info.params["name"] == path.name[:200]
    return told.value.code


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000
    (tmp_path / "a.bin").write_bytes(content)
    assert read_file(tmp_path / "a.bin") == content


def test_what_is_no_file_that_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    monkeypatch.setattr(given_files, "MOST_BYTES", 1000)
    (tmp_path / "large.txt").write_bytes(b"x" * 1001)
    assert refused(tmp_path / "missing.txt") == "attachment.missing"
    assert refused(tmp_path) == "attachment.folder"
    assert refused(tmp_path / "empty.txt") == "attachment.empty"
    assert refused(tmp_path / "large.txt") == "attachment.too_large"
    assert refused(tmp_path / ("x" * 300)) == "attachment.unreadable"
    with pytest.raises(UserError) as told:
        checked("a", b"x" * 1001)
    assert told.value.code == "attachment.too_large"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_devices_and_sockets_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe") == "attachment.not_a_file"
    assert refused(Path("/dev/zero")) == "attachment.not_a_file"
    (tmp_path / "link").symlink_to("/dev/zero")
    assert refused(tmp_path / "link") == "attachment.not_a_file"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        assert refused(tmp_path / "s") == "attachment.unreadable"


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("x")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this person may read everything")
    assert refused(path) == "attachment.unreadable"


def test_a_file_that_changes_while_it_is_read_is_read_again_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"one")
    grows: list[int] = []

    def growing() -> bool:
        with path.open("ab") as file:
            file.write(b"+")
        grows.append(1)
        return False

    with pytest.raises(UserError) as told:
        read_file(path, growing)
    assert told.value.code == "attachment.changed"
    path.write_bytes(b"one")
    grows.clear()
    assert read_file(path, lambda: growing() if not grows else False) == b"one+"


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(UserError) as told:
        read_file(tmp_path / "a", lambda: True)
    assert told.value.code == "attachment.cancelled"


def test_names_are_composed_and_turn_no_writing_around() -> None:
    assert plain_name(unicodedata.normalize("NFD", "한글 é.txt")) == "한글 é.txt"
    assert plain_name("invoice\u202efdp.exe") == "invoicefdp.exe"
    assert plain_name("a\nb\t\x1b[2Jc\u2028.txt") == "a b [2Jc .txt"
    assert plain_name("\u200b") == "file"
    assert len(plain_name("x" * 5000)) == 200


@given(st.text())
def test_any_name_is_one_line_of_words(name: str) -> None:
    plain = plain_name(name)
    assert plain and plain.splitlines() == [plain] and plain == plain.strip()
    assert not any(unicodedata.category(each)[0] == "C" for each in plain)
