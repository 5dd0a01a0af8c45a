"""Disks that are full, closed to writing, or taken away; and two processes that want the same."""

from __future__ import annotations

import errno
import os
import shutil
from io import FileIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.errors import UserError
from engine.hub.transfer import Stopped, StopToken, discard
from engine.hub.transfer.disk import disk_error, free_bytes
from tests.engine.hub.transfer.pulling import FILE, QUICK, Pull, error_of, split_pull, stop_when
from tests.support.hub import Fault, Hub
from tests.support.permissions import bound_by_permissions

SLOW = Fault("slow", rate=2_000_000, times=0)


def test_a_download_that_does_not_fit_does_not_begin(pull: Pull) -> None:
    size = pull.contents[FILE].bytes
    error = error_of(lambda: pull.run(room=lambda folder: size))
    assert error.code == "download.no_room"
    assert error.params == {"need_bytes": size + size // 20, "have_bytes": size, "folder": str(pull.work)}
    assert len(pull.hub.log) == 0


def test_what_is_there_needs_no_room(pull: Pull) -> None:
    pull.hub.fault(SLOW)
    stop = StopToken()
    watch = stop_when(pull, stop.pause, 20)
    with pytest.raises(Stopped):
        pull.run(stop)
    watch.join()
    pull.hub.faults.clear()
    pull.run(room=lambda folder: pull.contents[FILE].bytes * 3 // 4)
    pull.check()


def test_a_disk_that_others_fill_ends_the_download_before_it_is_full(
    pull: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.hub.transfer.run._LOOK_SECONDS", 0.05)
    monkeypatch.setattr("engine.hub.transfer.run._TICK", 0.02)
    pull.limits = msgspec.structs.replace(QUICK, reserve_bytes=100_000)
    pull.hub.fault(SLOW)
    room = iter([10**9, 10**9, 99_999])
    error = error_of(lambda: pull.run(room=lambda folder: next(room)))
    assert (error.code, error.params["have_bytes"]) == ("download.no_room", 99_999)
    pull.hub.faults.clear()
    pull.run()
    pull.check()


class FullDisk(FileIO):
    """Takes half of what comes at the end, and then nothing."""

    left = 1_000_000

    def write(self, data: Any) -> int:
        if len(data) <= FullDisk.left:
            FullDisk.left -= len(data)
            return super().write(data)
        if FullDisk.left:
            taken, FullDisk.left = FullDisk.left, 0
            return super().write(memoryview(data)[:taken])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_ends_the_download_and_what_came_is_kept(
    pull: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FullDisk, "left", 1_000_000)
    with monkeypatch.context() as patch:
        patch.setattr("engine.hub.transfer.stream.FileIO", FullDisk)
        error = error_of(pull.run)
    assert error.code == "download.no_room"
    assert error.params["folder"] == str(pull.work)
    assert pull.parts_done() > 5
    pull.hub.log.clear()
    pull.run()
    pull.check()
    assert pull.sent() < pull.contents[FILE].bytes * 0.8


def test_a_folder_closed_to_writing_is_told(pull: Pull) -> None:
    pull.library.mkdir(parents=True)
    pull.library.chmod(0o500)
    try:
        with bound_by_permissions():
            error = error_of(pull.run)
    finally:
        pull.library.chmod(0o700)
    assert error.code == "download.cannot_write"
    assert len(pull.hub.log) == 0


def test_a_library_that_is_a_file_is_told(pull: Pull) -> None:
    pull.library.parent.mkdir(exist_ok=True)
    pull.library.write_bytes(b"")
    assert error_of(pull.run).code == "download.cannot_write"


def test_a_work_folder_that_is_removed_ends_the_download(pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.hub.transfer.run._LOOK_SECONDS", 0.05)
    monkeypatch.setattr("engine.hub.transfer.run._TICK", 0.02)
    pull.hub.fault(SLOW)
    watch = stop_when(pull, lambda: shutil.rmtree(pull.work), 5)
    assert error_of(pull.run).code == "download.gone"
    watch.join()
    pull.shows_nothing()
    pull.hub.faults.clear()
    pull.run()
    pull.check()


def test_a_second_process_does_not_disturb_the_first(pull: Pull) -> None:
    pull.hub.fault(SLOW)
    codes: list[str] = []

    def second() -> None:
        for action in (pull.run, lambda: discard(pull.work)):
            try:
                action()
            except UserError as error:
                codes.append(error.code)

    watch = stop_when(pull, second, 5)
    pull.run()
    watch.join()
    assert codes == ["download.elsewhere"] * 2
    pull.check()


def test_another_file_in_the_way_is_left_alone(pull: Pull) -> None:
    pull.file.parent.mkdir(parents=True)
    pull.file.write_bytes(b"mine")
    assert error_of(pull.run).code == "download.in_the_way"
    assert pull.file.read_bytes() == b"mine"
    pull.file.write_bytes(bytes(pull.contents[FILE].bytes))
    assert error_of(pull.run).code == "download.in_the_way"
    pull.run(replace=True)
    pull.check()


def test_the_right_file_that_is_there_is_not_fetched(pull: Pull) -> None:
    pull.run()
    pull.hub.log.clear()
    (fetched,) = pull.run()
    assert fetched.path == pull.file
    assert pull.sent() == 0
    pull.check()


def test_several_files_come_together_or_not_at_all(hub: Hub, tmp_path: Path) -> None:
    pull = split_pull(hub, tmp_path)
    fetched = pull.run()
    assert [one.path for one in fetched] == [one.destination for one in pull.wanted()]
    pull.check()


def test_a_missing_part_of_a_split_model_shows_none(hub: Hub, tmp_path: Path) -> None:
    pull = split_pull(hub, tmp_path)
    pull.contents = dict(list(pull.contents.items())[:2])
    assert error_of(pull.run).code == "download.not_usable"
    pull.shows_nothing()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "download.no_room"),
        (errno.EDQUOT, "download.no_room"),
        (errno.EFBIG, "download.too_large"),
        (errno.EROFS, "download.cannot_write"),
        (errno.EIO, "download.cannot_write"),
        (errno.ENOENT, "download.gone"),
    ],
)
def test_each_refusal_of_a_disk_has_its_error(tmp_path: Path, number: int, code: str) -> None:
    assert disk_error(OSError(number, os.strerror(number)), tmp_path, 5).code == code


def test_the_room_of_a_folder_that_is_not_there_is_that_above_it(tmp_path: Path) -> None:
    assert abs(free_bytes(tmp_path / "not" / "there") - shutil.disk_usage(tmp_path).free) < 10**8
