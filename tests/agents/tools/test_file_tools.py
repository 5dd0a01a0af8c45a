"""The tools that read and change files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from agents.api import Outcome, ToolContext
from agents.permissions.values import Effects
from agents.tools.builtin import builtin_tools
from agents.tools.files.diff import unified_diff
from tests.support.agents.places import here_in

TOOLS = {tool.name: tool for tool in builtin_tools()}
posix = pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")


@pytest.fixture
def here(tmp_path: Path) -> ToolContext:
    return here_in(tmp_path)


def do(here: ToolContext, tool: str, **arguments: Any) -> Outcome:
    return TOOLS[tool].run(arguments, here)


def would(here: ToolContext, tool: str, **arguments: Any) -> Effects:
    return TOOLS[tool].effects(arguments, here)


def root(here: ToolContext) -> Path:
    return here.workspace.root


def test_a_folder_is_listed_with_sizes(here: ToolContext) -> None:
    (root(here) / "a").mkdir()
    (root(here) / "a" / "x.txt").write_text("12345")
    (root(here) / ".git").mkdir()
    (root(here) / ".git" / "config").write_text("c")
    assert do(here, "list_files").text == ".git/  (not listed)\na/"
    assert do(here, "list_files", path="a").text == "x.txt  5"
    assert do(here, "list_files", recursive=True).text == ".git/  (not listed)\na/\na/x.txt  5"
    assert do(here, "list_files", path="no").status == "error"


def test_lines_of_a_file_are_read_with_what_is_left_out(here: ToolContext) -> None:
    (root(here) / "x.txt").write_text("one\ntwo\nthree\n")
    assert do(here, "read_file", path="x.txt").text == "one\ntwo\nthree"
    assert do(here, "read_file", path="x.txt", first_line=2, last_line=2).text == "two\n[lines 2 to 2 of 3]"
    assert do(here, "read_file", path="x.txt", line_numbers=True).text == "1  one\n2  two\n3  three"
    assert "3 lines" in do(here, "read_file", path="x.txt", first_line=9).text
    near = do(here, "read_file", path="y.txt")
    assert near.status == "error" and "x.txt" in near.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_a_korean_file_is_read_in_its_encoding_and_keeps_it(here: ToolContext, encoding: str) -> None:
    path = root(here) / "메모.txt"
    path.write_bytes("안녕하세요\r\n반갑습니다\r\n".encode(encoding))
    assert do(here, "read_file", path="메모.txt").text == "안녕하세요\n반갑습니다"
    changed = do(here, "edit_file", path="메모.txt", old_text="하세요\n반갑", new_text="!\n고맙")
    assert changed.status == "ok"
    assert path.read_bytes() == "안녕!\r\n고맙습니다\r\n".encode(encoding)


def test_what_is_no_text_is_told_and_not_shown(here: ToolContext) -> None:
    (root(here) / "x.bin").write_bytes(bytes(range(256)) * 10)
    found = do(here, "read_file", path="x.bin")
    assert found.status == "error" and "no text" in found.text


def test_writing_tells_its_diff_before_and_after(here: ToolContext) -> None:
    arguments = {"path": "new/deep/x.txt", "content": "hello\n"}
    effects = would(here, "write_file", **arguments)
    assert effects.writes == ("new", "new/deep", "new/deep/x.txt")
    assert "+hello" in effects.diff and not (root(here) / "new").exists()
    done = do(here, "write_file", **arguments)
    assert (root(here) / "new/deep/x.txt").read_text() == "hello\n"
    assert done.diff == effects.diff and done.summary == "+1 −0"
    again = do(here, "write_file", path="new/deep/x.txt", content="bye\n")
    assert "-hello" in again.diff and "+bye" in again.diff
    assert "already" in do(here, "write_file", path="new/deep/x.txt", content="bye\n").text
    assert do(here, "write_file", path="new", content="x").status == "error"


def test_an_edit_takes_exactly_one_place(here: ToolContext) -> None:
    path = root(here) / "x.py"
    path.write_text("a = 1\nb = 1\na = 1\n    c = 2\n")
    several = do(here, "edit_file", path="x.py", old_text="a = 1", new_text="a = 2")
    assert several.status == "error" and "2 times (lines 1, 3)" in several.text
    spaces = do(here, "edit_file", path="x.py", old_text="  c = 2", new_text="c = 3")
    assert spaces.status == "ok"
    near = do(here, "edit_file", path="x.py", old_text="b  =  1", new_text="b = 2")
    assert near.status == "error" and "only in spaces" in near.text
    assert do(here, "edit_file", path="x.py", old_text="zzzzzz", new_text="b").status == "error"
    assert do(here, "edit_file", path="x.py", old_text="", new_text="b").status == "error"
    assert do(here, "edit_file", path="x.py", old_text="b = 1", new_text="b = 1").status == "error"
    assert do(here, "edit_file", path="no.py", old_text="b", new_text="c").status == "error"
    effects = would(here, "edit_file", path="x.py", old_text="b = 1", new_text="b = 5")
    done = do(here, "edit_file", path="x.py", old_text="b = 1", new_text="b = 5")
    assert done.diff == effects.diff and effects.writes == ("x.py",)
    assert path.read_text() == "a = 1\nb = 5\na = 1\n  c = 3\n"


def test_places_that_overlap_count_each(here: ToolContext) -> None:
    (root(here) / "x").write_text("aaa")
    assert "2 times" in do(here, "edit_file", path="x", old_text="aa", new_text="b").text


def test_mixed_line_ends_stay_where_nothing_is_changed(here: ToolContext) -> None:
    path = root(here) / "x.txt"
    path.write_bytes(b"1\r\n2\n3\r\n4\r\n5\n")
    assert do(here, "edit_file", path="x.txt", old_text="3\n4", new_text="3\nx\n4").status == "ok"
    assert path.read_bytes() == b"1\r\n2\n3\r\nx\r\n4\r\n5\n"


def test_moving_replaces_nothing(here: ToolContext) -> None:
    (root(here) / "a.txt").write_text("a")
    (root(here) / "b.txt").write_text("b")
    (root(here) / "into").mkdir()
    assert do(here, "move_file", path="a.txt", to="b.txt").status == "error"
    effects = would(here, "move_file", path="a.txt", to="into")
    assert (effects.deletes, effects.writes) == (("a.txt",), ("into/a.txt",))
    assert do(here, "move_file", path="a.txt", to="into").status == "ok"
    effects = would(here, "move_file", path="into", to="x/y")
    assert effects.deletes == ("into", "into/a.txt")
    assert effects.writes == ("x", "x/y", "x/y/a.txt")
    assert do(here, "move_file", path="into", to="x/y").status == "ok"
    assert (root(here) / "x/y/a.txt").read_text() == "a"
    assert do(here, "move_file", path="x", to="x/y/z").status == "error"
    assert do(here, "move_file", path="none", to="some").status == "error"


def test_deleting_moves_into_the_trash_of_the_run(here: ToolContext) -> None:
    (root(here) / "d").mkdir()
    (root(here) / "d" / "x.txt").write_text("gone\n")
    effects = would(here, "delete_file", path="d/x.txt")
    assert effects.deletes == ("d/x.txt",) and "-gone" in effects.diff
    assert would(here, "delete_file", path="d").deletes == ("d", "d/x.txt")
    assert do(here, "delete_file", path="d").status == "ok"
    assert not (root(here) / "d").exists()
    assert (here.trash / "1-d" / "x.txt").read_text() == "gone\n"
    assert do(here, "delete_file", path="d").status == "error"
    assert do(here, "delete_file", path=".").status == "error"


def test_deleting_onto_another_disk_copies_first(here: ToolContext, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    from agents.workspace.folder import Folder

    def remote_servers(*_: object) -> None:
        raise OSError(errno.EXDEV, "another disk")

    monkeypatch.setattr(Folder, "move", remote_servers)
    (root(here) / "d").mkdir()
    (root(here) / "d" / "x.sh").write_text("x")
    (root(here) / "d" / "x.sh").chmod(0o700)
    if os.name != "nt":
        (root(here) / "d" / "link").symlink_to("x.sh")
    assert do(here, "delete_file", path="d").status == "ok"
    assert not (root(here) / "d").exists()
    assert (here.trash / "1-d" / "x.sh").read_text() == "x"
    assert os.name == "nt" or (here.trash / "1-d" / "x.sh").stat().st_mode & 0o777 == 0o700
    assert os.name == "nt" or (here.trash / "1-d" / "link").is_symlink()


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("write_file", {"path": ".git/hooks/post-commit", "content": "x"}),
        ("write_file", {"path": "sub/.GIT/config", "content": "x"}),
        ("write_file", {"path": "way/post-commit", "content": "x"}),
        ("edit_file", {"path": ".git/config", "old_text": "a", "new_text": "b"}),
        ("move_file", {"path": "x", "to": ".git/hooks/post-commit"}),
        ("move_file", {"path": "x", "to": "new/.git"}),
        ("move_file", {"path": ".git", "to": "y"}),
        ("delete_file", {"path": ".git/hooks"}),
    ],
)
@posix
def test_gits_own_files_are_not_changed(here: ToolContext, tool: str, arguments: dict[str, str]) -> None:
    (root(here) / ".git" / "hooks").mkdir(parents=True)
    (root(here) / ".git" / "config").write_text("a")
    (root(here) / "x").write_text("x")
    (root(here) / "way").symlink_to(".git/hooks")
    done = do(here, tool, **arguments)
    assert done.status == "error" and "Git" in done.text
    left = sorted(path.relative_to(root(here)).as_posix() for path in root(here).rglob("*"))
    assert left == [".git", ".git/config", ".git/hooks", "way", "x"]
    effects = would(here, tool, **arguments)
    assert any(here.workspace.protected(path) for path in (*effects.writes, *effects.deletes))


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("list_files", {"path": "out"}),
        ("read_file", {"path": "out/key.txt"}),
        ("read_file", {"path": "../secret/key.txt"}),
        ("write_file", {"path": "out/new.txt", "content": "x"}),
        ("write_file", {"path": "/etc/coterie-test", "content": "x"}),
        ("edit_file", {"path": "out/key.txt", "old_text": "key", "new_text": "x"}),
        ("move_file", {"path": "x", "to": "out/x"}),
        ("move_file", {"path": "out/key.txt", "to": "y"}),
        ("delete_file", {"path": "out/key.txt"}),
    ],
)
@posix
def test_no_tool_leaves_the_workspace(
    here: ToolContext, tmp_path: Path, tool: str, arguments: dict[str, str]
) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key.txt").write_text("key")
    (root(here) / "out").symlink_to("../secret")
    (root(here) / "x").write_text("x")
    assert would(here, tool, **arguments).outside
    done = do(here, tool, **arguments)
    assert done.status == "error" and "workspace" in done.text
    assert [path.name for path in (tmp_path / "secret").iterdir()] == ["key.txt"]
    assert (tmp_path / "secret" / "key.txt").read_text() == "key"


@posix
def test_a_link_is_moved_and_deleted_itself_and_written_through(here: ToolContext) -> None:
    (root(here) / "real.txt").write_text("real")
    (root(here) / "link").symlink_to("real.txt")
    assert would(here, "write_file", path="link", content="x").writes == ("real.txt",)
    assert do(here, "write_file", path="link", content="x").status == "ok"
    assert (root(here) / "real.txt").read_text() == "x" and (root(here) / "link").is_symlink()
    assert would(here, "delete_file", path="link").deletes == ("link",)
    assert do(here, "delete_file", path="link").status == "ok"
    assert (root(here) / "real.txt").read_text() == "x"


@pytest.mark.parametrize(("lines", "at"), [(10, 3), (4000, 3900), (1, 0)])
def test_a_diff_says_the_right_lines(lines: int, at: int) -> None:
    before = [f"line {number}\n" for number in range(lines)]
    after = [*before]
    after[at] = "other\n"
    diff = unified_diff("x", "".join(before), "".join(after))
    head = next(line for line in diff.splitlines() if line.startswith("@@"))
    first = int(head.split()[1][1:].split(",")[0])
    assert first == max(0, at - 3) + 1
    assert f"-line {at}\n+other\n" in diff


def test_a_huge_change_is_shown_without_being_compared(here: ToolContext) -> None:
    diff = unified_diff("x", "".join(f"{n}\n" for n in range(9000)), "".join(f"{n}!\n" for n in range(9000)))
    assert diff.startswith("--- a/x\n+++ b/x\n@@ -1,9000 +1,9000 @@\n-0\n")


@posix
def test_what_is_no_regular_file_is_not_written_and_called_what_it_is(here: ToolContext) -> None:
    (root(here) / "folder").mkdir()
    os.mkfifo(root(here) / "pipe")
    for path, told in (("folder", "is a folder, not a file"), ("pipe", "is no regular file")):
        assert would(here, "write_file", path=path, content="x") == Effects("files", writes=(path,))
        done = do(here, "write_file", path=path, content="x")
        assert done.status == "error" and told in done.text
