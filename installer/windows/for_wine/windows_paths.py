"""Runs what Coterie does on Windows alone, in the installed Python: python.exe -I windows_paths.py FOLDER

FOLDER holds a document. Each path prints its name and "ok"; the first that is not as it must be ends it.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

PLACE = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()
PATHS: list[Callable[[], object]] = []


def path(function: Callable[[], object]) -> Callable[[], object]:
    PATHS.append(function)
    return function


@path
def program_that_starts_this_installation() -> object:
    from app.integration.launch import this_one

    command = this_one("--background").command
    assert command[0].endswith("Coterie.exe") and Path(command[0]).is_file(), command
    return command


@path
def registry_entries_of_model_files_and_links() -> None:
    from app.integration import open_with

    assert open_with.is_on(), "the installer has entered them"
    open_with.turn(False)
    assert not open_with.is_on()
    open_with.turn(True)
    assert open_with.is_on()


@path
def start_at_login() -> None:
    from app.desktop.background import start_at_login

    assert not start_at_login.is_on()
    start_at_login.turn(True)
    assert start_at_login.is_on()


@path
def file_addresses() -> None:
    from app.integration.open_request import request_of

    wanted = PLACE / "문서 하나.gguf"
    address = "file:///" + quote(str(wanted).replace("\\", "/"), safe="/:")
    assert request_of(address).file == str(wanted), request_of(address)
    assert request_of("m.gguf").file == str(Path("m.gguf").absolute())


@path
def whole_files() -> None:
    from engine.durable_files import sync_folder, write_whole

    file = PLACE / "whole" / "파일"
    for text in (b"one", b"two"):
        write_whole(file, text)
        assert file.read_bytes() == text
    sync_folder(file.parent)


@path
def versions_side_by_side() -> None:
    from app.installation.sites import FolderSite

    root = PLACE / "site"
    for name in ("app-1", "app-2"):
        (root / name / "python").mkdir(parents=True)
    (root / "current.txt").write_text("app-1", encoding="utf-8")
    site = FolderSite(root)
    site.switch("1", "2")
    assert site.current().name == "app-2" and site.waiting("1") == "2"
    assert site.go_back() and site.current().name == "app-1"
    site.switch("1", "2")
    site.settle()
    assert not (root / "app-1").exists()


@path
def marks_of_first_starts() -> None:
    from app.installation.first_starts import _alone, _Held

    held = _Held(PLACE / "start-1")
    other = _Held(PLACE / "start-1")
    assert held.is_new and not held.elsewhere and other.elsewhere and not other.is_new
    other.release()
    held.release()
    with _alone(PLACE / "starting"):
        held.forget()
    assert not (PLACE / "start-1").exists()


@path
def way_in_for_other_programs() -> None:
    from multiprocessing.connection import Listener

    name = rf"\\.\pipe\coterie-{os.getpid()}"
    with Listener(name, "AF_PIPE", authkey=b"key") as listener:
        assert listener.address == name


@path
def read_document() -> str:
    from agents.tools.documents.kinds import kind_of
    from agents.tools.documents.reading import read_in_child

    (file,) = PLACE.glob("*.docx")
    return read_in_child(kind_of(file.name), file.read_bytes(), lambda: False)[0].text


@path
def command_lines_with_backslashes() -> None:
    from app.services.connections.server_writing import command_words

    assert command_words(r'"C:\사람 하나\a.exe" -x C:\b') == (r"C:\사람 하나\a.exe", "-x", r"C:\b")


@path
def no_sandbox_and_a_reason() -> object:
    from agents.sandbox.find import find_sandbox, why_none

    assert find_sandbox() is None
    return why_none().code


@path
def streams_in_unicode() -> None:
    from app.__main__ import _write_unicode

    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="cp1252")
    with contextlib.redirect_stdout(stream):
        _write_unicode()
        print("사람", flush=True)
    assert written.getvalue().decode().strip() == "사람"
    stream.detach()


def main() -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    for function in PATHS:
        found = function()
        print(f"    {function.__name__} ok", found if found is not None else "", flush=True)


if __name__ == "__main__":
    main()
