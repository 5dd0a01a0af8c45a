"""Which paths are taken, which are refused, and that nobody gets out through a link."""

from __future__ import annotations

import os
import threading
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.permissions.path_rules import PathRefused, is_protected, relative_path
from agents.workspace.workspace import Workspace
from engine.errors import UserError

ROOT = Path("/home/mina/project")
posix = pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (".", "."),
        ("./", "."),
        ("notes.txt", "notes.txt"),
        ("./a//b/./c.txt", "a/b/c.txt"),
        ("a\\b.txt", "a/b.txt"),
        ("a/b/", "a/b"),
        ("/home/mina/project", "."),
        ("/home/mina/project/a.txt", "a.txt"),
        ("회의록/오늘.md", "회의록/오늘.md"),
        ("..hidden", "..hidden"),
        ("a..b", "a..b"),
        (".env", ".env"),
        ("~$report.docx", "~$report.docx"),
        ("with space.txt", "with space.txt"),
        ("console.log", "console.log"),
        ("%2e%2e/x", "%2e%2e/x"),
    ],
)
def test_a_path_in_the_workspace_is_taken(text: str, path: str) -> None:
    assert relative_path(ROOT, text) == path


@pytest.mark.parametrize(
    "text",
    [
        "/etc/passwd", "/", "//server/share", "\\\\server\\share\\x", "\\\\?\\C:\\x", "C:\\x", "c:/x", "C:x",
        "/home/mina/project2", "/home/mina/projec", "/home/mina/project-old/a", "/home/mina", "..", "../x",
        "a/../../x", "a/..", "..\\x", "a\\..\\..\\x", "/home/mina/project/../other", "~", "~/x", "~root/x",
        "~\\x", "/proc/self/root", "file:///etc/passwd", "/home/mina/project/../../../etc/passwd",
    ],
)  # fmt: skip
def test_a_path_out_of_the_workspace_is_refused_as_one(text: str) -> None:
    with pytest.raises(PathRefused) as caught:
        relative_path(ROOT, text)
    assert caught.value.outside or ":" in text


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "a\0b", "a\nb", "\x7f", "file.txt:hidden", "file.txt::$DATA", "CON", "nul.txt", "a/AUX/b", "com1",
        "LPT9.log", "COM¹", "CONIN$", "name.", "name ", "dir./x", "...", "a" * 256, "가" * 86, "a/" * 2100 + "b",
        "evil\u202etxt.exe", "a\x85b",
    ],
)  # fmt: skip
def test_a_name_that_some_system_reads_otherwise_is_refused(text: str) -> None:
    with pytest.raises(PathRefused):
        relative_path(ROOT, text)


@given(st.text(st.sampled_from("./\\~ab:C \0가"), max_size=30))
def test_what_is_taken_never_leaves(text: str) -> None:
    try:
        path = relative_path(ROOT, text)
    except PathRefused:
        return
    assert os.path.normpath(ROOT / path).startswith(str(ROOT))
    assert relative_path(ROOT, path) == path


@pytest.mark.parametrize(
    ("path", "held"),
    [
        (".git/hooks/post-commit", True), (".git/config", True), ("sub/.git/hooks/x", True), (".git", True),
        (".GIT/hooks/x", True), (".g\u200cit/config", True), ("git~1/config", True), ("．git/config", True),
        (".gitignore", False), (".github/workflows/x.yml", False), ("git/hooks/x", False), ("a.git/x", False),
    ],
)  # fmt: skip
def test_gits_own_files_are_protected(path: str, held: bool) -> None:
    assert is_protected(path) is held


def at(folder: Path) -> Workspace:
    (folder / "work").mkdir()
    (folder / "secret").mkdir()
    (folder / "secret" / "key.txt").write_text("key")
    return Workspace.at(folder / "work")


@posix
def test_links_inside_are_followed_and_links_out_are_not(tmp_path: Path) -> None:
    workspace = at(tmp_path)
    root = workspace.root
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "x.txt").write_text("inside")
    (root / "link").symlink_to("a/b")
    (root / "a" / "up").symlink_to("../a/b/x.txt")
    (root / "absolute").symlink_to(root / "a")
    for path in ("link/x.txt", "a/up", "absolute/b/x.txt", "absolute/up"):
        with workspace.read(path) as file:
            assert file.read() == b"inside"
        assert workspace.real(path) == "a/b/x.txt"
    (root / "out").symlink_to("../secret")
    (root / "far").symlink_to(tmp_path / "secret" / "key.txt")
    (root / "a" / "sly").symlink_to("../link/../../../secret")
    (root / "beside").symlink_to(f"{root}-other")
    (root / "round").symlink_to("round")
    for path in ("out/key.txt", "far", "a/sly/key.txt", "beside/x", "round", "round/x"):
        with pytest.raises(PathRefused):
            workspace.read(path)
        with pytest.raises(PathRefused):
            workspace.real(path)


@posix
def test_a_link_that_leads_back_to_the_root_is_the_root(tmp_path: Path) -> None:
    workspace = at(tmp_path)
    (workspace.root / "sub").mkdir()
    (workspace.root / "sub" / "home").symlink_to("..")
    (workspace.root / "x.txt").write_text("x")
    assert workspace.real("sub/home") == "."
    assert workspace.real("sub/home/x.txt") == "x.txt"
    assert [entry.path for entry in workspace.entries("sub/home")] == ["sub", "x.txt"]


@posix
def test_pipes_and_devices_are_no_files(tmp_path: Path) -> None:
    workspace = at(tmp_path)
    os.mkfifo(workspace.root / "pipe")
    with pytest.raises(OSError, match="no file"):
        workspace.read("pipe")


def test_korean_names_are_found_composed_or_not(tmp_path: Path) -> None:
    workspace = at(tmp_path)
    composed = "한글 문서"
    folder = workspace.root / unicodedata.normalize("NFD", composed)
    folder.mkdir()
    (folder / unicodedata.normalize("NFD", "메모.txt")).write_text("안녕")
    with workspace.read(f"{composed}/메모.txt") as file:
        assert file.read().decode() == "안녕"


@posix
def test_a_folder_swapped_for_a_link_again_and_again_never_leads_out(tmp_path: Path) -> None:
    workspace = at(tmp_path)
    root = workspace.root
    (root / "real").mkdir()
    (root / "real" / "key.txt").write_text("mine")
    (root / "spare").symlink_to("../secret")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            (root / "real").rename(root / "aside")
            (root / "spare").rename(root / "real")
            (root / "real").rename(root / "spare")
            (root / "aside").rename(root / "real")

    swapping = threading.Thread(target=swap)
    swapping.start()
    seen: set[bytes | str] = set()
    try:
        rounds, end = 0, time.monotonic() + 20
        while rounds < 1500 or (b"mine" not in seen and time.monotonic() < end):
            rounds += 1
            try:
                with workspace.read("real/key.txt") as file:
                    seen.add(file.read())
            except (PathRefused, OSError) as error:
                seen.add(type(error).__name__)
            try:
                parent, name = workspace.locate("real/new.txt")
                with parent:
                    parent.write(name, b"x")
            except (PathRefused, OSError):
                pass
    finally:
        stop.set()
        swapping.join()
    assert b"key" not in seen
    assert b"mine" in seen
    assert sorted(path.name for path in (tmp_path / "secret").iterdir()) == ["key.txt"]


def test_our_own_data_is_closed(tmp_path: Path) -> None:
    (tmp_path / "data" / "inner").mkdir(parents=True)
    (tmp_path / "data" / "coterie.db").write_text("x")
    workspace = Workspace.at(tmp_path, (tmp_path / "data",))
    with pytest.raises(PathRefused):
        workspace.read("data/coterie.db")
    assert workspace.entries() == ()
    with pytest.raises(UserError, match=r"workspace\.own"):
        Workspace.at(tmp_path / "data" / "inner", (tmp_path / "data",))
    with pytest.raises(UserError, match=r"workspace\.not_a_folder"):
        Workspace.at(tmp_path / "nothing")


def test_a_write_is_whole_or_not_at_all_and_keeps_the_mode(tmp_path: Path) -> None:
    workspace = at(tmp_path)
    target = workspace.root / "run.sh"
    target.write_text("old")
    target.chmod(0o750)
    folder, name = workspace.locate("run.sh")
    with folder:
        folder.write(name, b"new")
        with pytest.raises(TypeError):
            folder.write(name, "no bytes")  # type: ignore[arg-type]
    assert target.read_text() == "new"
    assert os.name == "nt" or target.stat().st_mode & 0o777 == 0o750
    assert [path.name for path in workspace.root.iterdir()] == ["run.sh"]


def test_everything_beneath_is_walked_in_order_without_following_links(tmp_path: Path) -> None:
    workspace = at(tmp_path)
    for path in ("a/1.txt", "a/b/2.txt", "c/3.txt", "skip/4.txt"):
        (workspace.root / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace.root / path).write_text(path)
    if os.name != "nt":
        (workspace.root / "a" / "loop").symlink_to("..")
    paths = [entry.path for entry in workspace.walk(skip=frozenset({"skip"})) if entry.kind != "link"]
    assert paths == ["a", "a/1.txt", "a/b", "a/b/2.txt", "c", "c/3.txt", "skip"]
