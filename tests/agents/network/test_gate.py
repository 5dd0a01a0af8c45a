"""The gate of a run: it leaves nothing behind, and keeps calls apart."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("the proxy listens in a file", allow_module_level=True)

from agents.network.gate import HostGate
from agents.permissions.hosts import rules_of
from tests.support.agents.servers.registry import Leading


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def asked(path: Path, host: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.settimeout(20)
        opened.connect(str(path))
        opened.sendall(f"GET http://{host}/ HTTP/1.1\r\n\r\n".encode())
        return opened.recv(4096)


def test_what_is_allowed_once_counts_until_the_call_ends(temporary: Path) -> None:
    gate = HostGate(Leading({}), lambda: ["package registries"])
    gate.follow(lambda: rules_of(["always.example.org"]))
    try:
        path = gate.socket()
        assert gate.socket() == path and gate.leads()
        gate.begin(["once.example.org"])
        assert b" 502 " in asked(path, "once.example.org") and b" 403 " in asked(path, "never.example.org")
        assert gate.end().refused == ("never.example.org",)
        assert b" 403 " in asked(path, "once.example.org") and b" 502 " in asked(path, "always.example.org")
        assert gate.end().refused == ("once.example.org",) and gate.end().refused == ()
        assert len(gate.always()) > 10
    finally:
        gate.close()
    assert list(temporary.iterdir()) == []
    with pytest.raises(OSError):
        gate.socket()


def test_what_killed_processes_left_is_removed_and_what_is_in_use_stays(temporary: Path) -> None:
    left, young, used = (temporary / f"coterie-net-{name}" for name in ("left", "young", "used"))
    listener = socket.socket(socket.AF_UNIX)
    for folder in (left, young, used):
        folder.mkdir()
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(left / "proxy"))
    listener.bind(str(used / "proxy"))
    listener.listen()
    for folder in (left, used):
        os.utime(folder, (1.0, 1.0))
    gate = HostGate(Leading({}))
    try:
        gate.socket()
        assert not left.exists() and young.exists() and used.exists()
    finally:
        gate.close()
        listener.close()
