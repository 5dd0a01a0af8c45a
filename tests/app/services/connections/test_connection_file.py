"""The files of servers, changed by several processes at once."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from filelock import FileLock

from app.services.connections import connection_file
from app.services.connections.remote_server_file import ModelServer, RemoteServerFile
from engine.errors import UserError
from engine.remote.names import checked_url

PROCESSES, EACH = 3, 12


def _put_some(path: Path, number: int) -> None:
    file = RemoteServerFile(path)
    for port in range(EACH):
        file.put(ModelServer(checked_url(f"http://127.0.0.1:{4000 + number * EACH + port}")))


def test_what_several_processes_write_down_at_once_is_all_there(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.toml"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_put_some, args=(path, number)) for number in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
        process.close()
    assert len(RemoteServerFile(path).by_key()) == PROCESSES * EACH


def test_a_file_that_another_process_keeps_is_told_as_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_file, "PATIENCE", 0.05)
    path = tmp_path / "elsewhere.toml"
    with FileLock(tmp_path / ".elsewhere.toml.lock"), pytest.raises(UserError) as told:
        RemoteServerFile(path).put(ModelServer("http://127.0.0.1:4000"))
    assert told.value.code == "settings.not_saved"
    assert RemoteServerFile(path).by_key() == {}
