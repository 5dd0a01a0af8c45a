"""Runs what Coterie does on Windows alone, in the installed Python: python.exe -I windows_paths.py FOLDER

FOLDER holds a document. Each path prints its name and "ok"; the first that is not as it must be ends it.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
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
def backups_and_what_another_program_holds() -> None:
    from app.store.backup import restore
    from app.store.location import Place
    from app.store.store import Store
    from engine.errors import UserError

    place = Place(PLACE / "chats 하나" / "coterie.db", PLACE / "chats 하나" / "backups")
    with Store.open(place.database, place.backups) as store:
        chat = store.conversations.create().id
        store.messages.add(chat, None, "user", "first")
        made = Path(store.back_up().path)
        store.messages.add(chat, None, "user", "second")
        try:
            restore(place, made, 1.0)
        except UserError as error:
            assert error.code == "store.in_use", error
        else:
            raise AssertionError("a file that is open was replaced")
        assert len(store.conversations.search("second")) == 1
    aside = restore(place, made, 2.0)
    assert aside is not None and aside.is_file()
    with Store.open(place.database, place.backups) as store:
        assert len(store.conversations.search("first")) == 1
        assert not store.conversations.search("second")


@path
def workspace_by_full_names() -> None:
    from agents.workspace.folder import Folder, is_link

    root = PLACE / "일감"
    root.mkdir()
    with Folder.root(root) as top, top.folder("안", make=True) as inner:
        for text in (b"one\n", b"two\r\n"):
            inner.write("파일.txt", text)
            with inner.read("파일.txt") as file:
                assert file.read() == text
        inner.set_time("파일.txt", 10**18)
        inner.make_hard_link("other", inner, "파일.txt")
        inner.move("other", top, "moved")
        top.write_over("moved", "moved")
        for missing in ("none", "moved/none"):
            assert top.found(missing) is None
        assert top.names() == ["moved", "안"] and inner.names() == ["파일.txt"]
        top.remove_tree("안")
        assert top.names() == ["moved"]
    outside = PLACE / "outside"
    outside.mkdir()
    made = subprocess.run(
        ["cmd.exe", "/c", "mklink", "/J", str(root / "link"), str(outside)], capture_output=True
    )
    if made.returncode == 0:
        with Folder.root(root) as top:
            assert is_link(top.stat("link"))
            with contextlib.suppress(OSError), top.folder("link"):
                raise AssertionError("a junction was followed")


@path
def undo_of_a_run() -> None:
    from agents.events import Entry
    from agents.permissions.values import Effects, ToolFacts
    from agents.snapshots.snapshots import Snapshots
    from agents.workspace.workspace import Workspace

    root = PLACE / "run"
    (root / "sub").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"first\r\n")
    (root / "large").write_bytes(b"x" * (3 << 20))
    kept = Snapshots(PLACE / "kept", Workspace(root))
    writes = Effects(kind="files", writes=("a.txt", "sub/new", "large"))
    events = [kept.before("c1", writes, ToolFacts())]
    (root / "a.txt").write_bytes(b"second")
    (root / "sub" / "new").write_bytes(b"new")
    (root / "large").unlink()
    events.append(kept.after("c1"))
    journal = [Entry(1, number, float(number), event) for number, event in enumerate(events, 1) if event]
    undone = kept.undo(kept.plan(journal), ())
    assert (root / "a.txt").read_bytes() == b"first\r\n", undone
    assert not (root / "sub" / "new").exists() and (root / "large").stat().st_size == 3 << 20


@path
def nothing_that_needs_a_sandbox_starts() -> None:
    from agents.mcp.host import Host
    from agents.mcp.spec import ServerSpec, Values
    from agents.network.gate import HostGate
    from engine.errors import UserError

    gate = HostGate()
    try:
        gate.socket()
    except OSError:
        gate.close()
    else:
        raise AssertionError("a proxy was opened")
    servers = Host(lambda: None, PLACE / "servers", lambda spec: Values())
    try:
        servers.start_of(ServerSpec("files", ("python.exe", "-V")), Values(), PLACE)
    except UserError as error:
        assert error.code == "mcp.no_sandbox", error
    else:
        raise AssertionError("a server was started")
    finally:
        servers.close()


@path
def vectors_of_the_embedding_host() -> object:
    from engine.embedding.client import LocalEmbedder
    from engine.embedding.included import included_model

    model = included_model()
    if model is None:
        return "no model came along"
    embedder = LocalEmbedder(model)
    try:
        vectors = embedder.embed(["고양이", "a cat", "the price of steel"], query=False)
    finally:
        embedder.close()
    near, far = (float(vectors[0] @ vectors[number]) for number in (1, 2))
    assert near > far, (near, far)
    return f"{near:.2f} > {far:.2f}"


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
