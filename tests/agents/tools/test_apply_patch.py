"""Patches over several files: both forms, matched without guessing, all or nothing."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.api import Outcome, ToolContext
from agents.permissions.values import Effects
from agents.tools.files.apply_patch import apply_patch
from agents.tools.files.diff import unified_diff
from agents.tools.files.patch.matching import patched
from agents.tools.files.patch.names import names_in
from agents.tools.files.patch.reading import read_patch
from agents.tools.files.text_file import Text
from agents.workspace.folder import Folder
from tests.support.agents.places import here_in

posix = pytest.mark.skipif(os.name == "nt", reason="needs mode bits and links")
git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


@pytest.fixture
def here(tmp_path: Path) -> ToolContext:
    return here_in(tmp_path)


def root(here: ToolContext) -> Path:
    return here.workspace.root


def envelope(*lines: str) -> str:
    return "\n".join(["*** Begin Patch", *lines, "*** End Patch"]) + "\n"


def do(here: ToolContext, patch: str) -> Outcome:
    return apply_patch.run({"patch": patch}, here)


def would(here: ToolContext, patch: str) -> Effects:
    return apply_patch.effects({"patch": patch}, here)


def write(here: ToolContext, **files: str) -> None:
    for name, text in files.items():
        (root(here) / name).write_bytes(text.encode())


def test_one_patch_changes_adds_moves_and_deletes(here: ToolContext) -> None:
    write(here, a="one\ntwo\nthree\n", b="old\n", c="gone\n")
    patch = envelope(
        "*** Update File: a", "@@", " one", "-two", "+2", "*** Update File: b", "*** Move to: new/b",
        "@@", "-old", "+new", "*** Add File: new/d", "+fresh", "+", "*** Delete File: c",
    )  # fmt: skip
    effects = would(here, patch)
    assert set(effects.writes) == {"new", "a", "new/b", "new/d"} and set(effects.deletes) == {"b", "c"}
    for said in ("-two\n+2", "rename from b\nrename to new/b", "+fresh", "-gone"):
        assert said in effects.diff
    assert not (root(here) / "new").exists()
    done = do(here, patch)
    assert (done.status, done.diff) == ("ok", effects.diff)
    assert (root(here) / "a").read_text() == "one\n2\nthree\n"
    assert (root(here) / "new" / "b").read_text() == "new\n"
    assert (root(here) / "new" / "d").read_text() == "fresh\n\n"
    assert not (root(here) / "b").exists() and not (root(here) / "c").exists()
    assert [path.read_text() for path in here.trash.iterdir()] == ["gone\n"]


def test_nothing_is_changed_when_one_part_does_not_fit(here: ToolContext) -> None:
    write(here, a="one\n", b="two\n")
    patch = envelope(
        "*** Update File: a", "-one", "+1", "*** Add File: c", "+c", "*** Update File: b", "-three", "+3"
    )
    done = do(here, patch)
    assert done.status == "error" and "'b'" in done.text
    assert (root(here) / "a").read_text() == "one\n" and not (root(here) / "c").exists()
    assert would(here, patch).writes == ("a", "c", "b")  # it is asked about all the same


def test_a_disk_that_refuses_in_the_middle_gets_everything_put_back(
    here: ToolContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, a="one\n", b="two\n", c="three\n", d="four\n")
    whole = Folder.write

    def refuses(folder: Folder, name: str, content: bytes, mode: int | None = None) -> None:
        if content == b"2\n":
            raise OSError(28, "No space left on device")
        whole(folder, name, content, mode)

    monkeypatch.setattr(Folder, "write", refuses)
    patch = envelope(
        "*** Update File: a", "-one", "+1", "*** Delete File: c", "*** Update File: d", "*** Move to: x/y/d",
        "*** Update File: b", "-two", "+2",
    )  # fmt: skip
    done = do(here, patch)
    assert (done.status, done.text) == ("error", "The disk is full.")
    assert {path.name: path.read_text() for path in root(here).iterdir()} == {
        "a": "one\n", "b": "two\n", "c": "three\n", "d": "four\n",
    }  # fmt: skip


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_encoding_mark_and_line_ends_stay(here: ToolContext, encoding: str, newline: str) -> None:
    path = root(here) / "메모.txt"
    path.write_bytes(f"안녕{newline}하나{newline}끝".encode(encoding))
    assert (
        do(here, envelope("*** Update File: 메모.txt", " 안녕", "-하나", "+둘", "+셋", " 끝")).status == "ok"
    )
    assert path.read_bytes() == f"안녕{newline}둘{newline}셋{newline}끝".encode(encoding)


def test_lines_that_are_not_touched_keep_their_own_ends(here: ToolContext) -> None:
    write(here, a="one\r\ntwo\nthree  \nfour")
    assert (
        do(here, envelope("*** Update File: a", " one", "-two", "+2", " three", "-four", "+4")).status == "ok"
    )
    assert (root(here) / "a").read_bytes() == b"one\r\n2\nthree  \n4"


def test_the_final_newline_is_what_a_diff_says_and_else_stays(here: ToolContext) -> None:
    write(here, a="one", b="one\n")
    gets = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n\\ No newline at end of file\n+two\n"
    loses = "--- a/b\n+++ b/b\n@@ -1 +1 @@\n-one\n+two\n\\ No newline at end of file\n"
    assert do(here, gets + loses).status == "ok"
    assert ((root(here) / "a").read_text(), (root(here) / "b").read_text()) == ("two\n", "two")
    assert do(here, envelope("*** Update File: b", " two", "+three")).status == "ok"
    assert (root(here) / "b").read_text() == "two\nthree"


def test_spaces_at_line_ends_and_indentation_are_passed_over_and_told(here: ToolContext) -> None:
    write(here, a="def f():  \n    x = 1\n", b="class A:\n    def f(self):\n        return 1\n")
    done = do(here, envelope("*** Update File: a", " def f():", "-    x = 1", "+    x = 2"))
    assert done.status == "ok" and "without regard to spaces" in done.text
    assert (root(here) / "a").read_text() == "def f():  \n    x = 2\n"
    done = do(
        here,
        envelope(
            "*** Update File: b", " def f(self):", "-    return 1", "+    if self:", "+        return 2"
        ),
    )
    assert done.status == "ok" and "indentation" in done.text
    assert (
        root(here) / "b"
    ).read_text() == "class A:\n    def f(self):\n        if self:\n            return 2\n"


def test_indentation_that_differs_from_line_to_line_is_no_match(here: ToolContext) -> None:
    write(here, a="if a:\n\tb()\n")
    done = do(here, envelope("*** Update File: a", " if a:", "-    b()", "+    c()"))
    assert done.status == "error" and "at line 2 the file has:\n\tb()" in done.text


def test_several_places_are_named_and_never_guessed(here: ToolContext) -> None:
    text = "class A:\n    def f(self):\n        return 1\n\nclass B:\n    def f(self):\n        return 1\n"
    write(here, a=text)
    done = do(here, envelope("*** Update File: a", "@@", "-        return 1", "+        return 2"))
    assert done.status == "error" and "2 places (lines 3, 7)" in done.text
    for_a = envelope("*** Update File: a", "@@ class A:", "-        return 1", "+        return 2")
    assert do(here, for_a).status == "ok"  # only A's, though B's comes behind it as well
    assert (root(here) / "a").read_text() == text.replace("1", "2", 1)
    write(here, a=text)
    numbered = "--- a/a\n+++ b/a\n@@ -7 +7 @@\n-        return 1\n+        return 3\n"
    assert do(here, numbered).status == "ok"
    assert (root(here) / "a").read_text().endswith("return 3\n") and "return 1" in (
        root(here) / "a"
    ).read_text()
    write(here, a=text)
    wrong = numbered.replace(
        "@@ -7 +7 @@", "@@ -7,9 +7,9 @@"
    )  # numbers of which some are wrong count for nothing
    assert do(here, wrong).status == "error"


def test_hunks_stand_in_the_order_of_the_file(here: ToolContext) -> None:
    write(here, a="x\nfirst\nx\n")
    assert do(here, envelope("*** Update File: a", "@@", "-first", "+1", "@@", "-x", "+y")).status == "ok"
    assert (root(here) / "a").read_text() == "x\n1\ny\n"
    write(here, a="x\nx\n")
    assert do(here, envelope("*** Update File: a", "@@", "-x", "+y", "*** End of File")).status == "ok"
    assert (root(here) / "a").read_text() == "x\ny\n"


def test_what_is_there_instead_is_told(here: ToolContext) -> None:
    write(here, a="alpha = 1\nbeta = 2\ngamma = 3\n")
    done = do(here, envelope("*** Update File: a", " alpha = 1", "-beta = 3", "+beta = 4"))
    assert "beta = 3\nat line 2 the file has:\nbeta = 2" in done.text
    done = do(here, envelope("*** Update File: a", "@@", "-gamma = 3", "+g", "@@", "-betta = 2", "+b"))
    assert "Hunk 2 of 'a'" in done.text and "Nearest is line 2:\nbeta = 2" in done.text
    done = do(here, envelope("*** Update File: a", "@@", "-zzzzzzzz", "+g"))
    assert "Read the file again" in done.text
    assert "There is no file 'no'" in do(here, envelope("*** Update File: no", "-a", "+b")).text


def test_the_same_file_twice_is_changed_twice(here: ToolContext) -> None:
    write(here, a="one\ntwo\n")
    patch = envelope(
        "*** Update File: a", "-one", "+1", "*** Update File: a", " 1", "-two", "+2",
        "*** Add File: b", "+b", "*** Update File: b", "*** Move to: c", "-b", "+c",
    )  # fmt: skip
    done = do(here, patch)
    assert done.status == "ok" and done.diff.count("--- a/a") == 1
    assert (root(here) / "a").read_text() == "1\n2\n"
    assert (root(here) / "c").read_text() == "c\n" and not (root(here) / "b").exists()
    over = do(here, envelope("*** Update File: a", "@@", "-1", "+x", "@@", "-1", "+y"))
    assert over.status == "error" and "earlier hunk" in over.text


def test_empty_files_are_filled_made_and_emptied(here: ToolContext) -> None:
    write(here, a="", b="b\n", c="")
    patch = (
        "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -0,0 +1 @@\n+a\n"
        "--- a/b\n+++ b/b\n@@ -1 +0,0 @@\n-b\n"
        "diff --git a/c b/c\ndeleted file mode 100644\nindex e69de29..0000000\n"
        "diff --git a/d b/d\nnew file mode 100644\nindex 0000000..e69de29\n"
    )
    assert do(here, patch).status == "ok"
    assert {path.name: path.read_text() for path in root(here).iterdir()} == {"a": "a\n", "b": "", "d": ""}


@posix
def test_names_modes_and_moves_of_git_are_taken(here: ToolContext) -> None:
    write(here, **{"with space": "x\n", "run": "#!\n"})
    (root(here) / "run").chmod(0o755)
    patch = (
        "From 1234 Mon Sep 17 00:00:00 2001\nSubject: words\n\n---\n 1 file changed\n\n"
        "diff --git a/with space b/with space\nold mode 100644\nnew mode 100755\n"
        'diff --git a/run "b/\\355\\225\\234"\nsimilarity index 50%\nrename from run\n'
        'rename to "\\355\\225\\234"\n--- a/run\n+++ "b/\\355\\225\\234"\n@@ -1 +1,2 @@ fn\n #!\n+ls\n-- \n2.40\n'
    )
    done = do(here, patch)
    assert done.status == "ok" and "old mode 100644\nnew mode 100755" in done.diff
    assert stat.S_IMODE((root(here) / "with space").stat().st_mode) == 0o755
    assert (root(here) / "한").read_text() == "#!\nls\n"
    assert stat.S_IMODE((root(here) / "한").stat().st_mode) == 0o755  # a moved file keeps its mode


def test_a_binary_file_moves_and_goes_but_is_not_changed(here: ToolContext) -> None:
    (root(here) / "x.bin").write_bytes(bytes(range(256)))
    assert "no text" in do(here, envelope("*** Update File: x.bin", "-a", "+b")).text
    binary = "diff --git a/x.bin b/x.bin\nindex 1..2 100644\nBinary files a/x.bin and b/x.bin differ\n"
    assert "binary" in do(here, binary).text
    assert do(here, envelope("*** Update File: x.bin", "*** Move to: y.bin")).status == "ok"
    assert (root(here) / "y.bin").read_bytes() == bytes(range(256))
    assert do(here, envelope("*** Delete File: y.bin")).status == "ok"


@pytest.mark.parametrize("path", ["../out", "/etc/hosts", "~/.profile", ".git/config", ".", "", "a\u202eb"])
def test_a_path_that_tools_refuse_refuses_the_whole_patch(here: ToolContext, path: str) -> None:
    write(here, a="one\n")
    patch = envelope("*** Update File: a", "-one", "+1", f"*** Add File: {path}", "+x")
    assert do(here, patch).status == "error"
    assert (root(here) / "a").read_text() == "one\n"
    if path not in (".git/config",):
        assert would(here, patch).outside


@posix
def test_links_are_followed_inside_and_refused_outside(here: ToolContext, tmp_path: Path) -> None:
    write(here, a="one\n")
    (tmp_path / "outside").write_text("one\n")
    (root(here) / "in").symlink_to("a")
    (root(here) / "out").symlink_to(tmp_path / "outside")
    assert do(here, envelope("*** Update File: out", "-one", "+1")).status == "error"
    assert do(here, envelope("*** Update File: in", "-one", "+1")).status == "ok"
    assert ((root(here) / "a").read_text(), (tmp_path / "outside").read_text()) == ("1\n", "one\n")
    assert (root(here) / "in").is_symlink()
    assert "link" in do(here, envelope("*** Delete File: in")).text


def test_files_that_exist_are_not_written_over(here: ToolContext) -> None:
    write(here, a="one\n", b="two\n")
    (root(here) / "f").mkdir()
    assert "already" in do(here, envelope("*** Add File: a", "+x")).text
    assert "already" in do(here, envelope("*** Update File: a", "*** Move to: b")).text
    assert "folder" in do(here, envelope("*** Add File: f", "+x")).text
    replaced = envelope("*** Delete File: b", "*** Update File: a", "*** Move to: b")
    assert do(here, replaced).status == "ok"
    assert (root(here) / "b").read_text() == "one\n" and not (root(here) / "a").exists()


@pytest.mark.parametrize(
    "patch",
    [
        "", "hello", "*** Begin Patch\n*** End Patch", "*** Begin Patch\n*** Update File: a\n-one\n+1",
        "*** Begin Patch\nUpdate a\n*** End Patch", "*** Begin Patch\n*** Update File: a\n*** End Patch",
        "*** Begin Patch\n*** Update File: a\none\n+1\n*** End Patch",
        "*** Begin Patch\n*** Add File: b\nx\n*** End Patch",
        "--- a/a\n+++ b/a\n", "*** Begin Patch\n*** Update File: a\n@@\n+nowhere\n*** End Patch",
        "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n",
        "diff --git a/a b/c\ncopy from a\ncopy to c\n",
    ],
)  # fmt: skip
def test_what_is_no_patch_is_told_and_changes_nothing(here: ToolContext, patch: str) -> None:
    write(here, a="one\n")
    done = do(here, patch)
    assert done.status == "error" and done.text.endswith((".", "them."))
    assert {path.name: path.read_text() for path in root(here).iterdir()} == {"a": "one\n"}
    would(here, patch)


def test_wrong_counts_and_blank_lines_of_models_do_no_harm(here: ToolContext) -> None:
    write(here, a="one\n\ntwo\n--x\nthree\n", b="b\n")
    patch = (
        "--- a/a\n+++ b/a\n@@ -1,9 +1,2 @@\n one\n\n-two\n+2\n--- a/b\n+++ b/b\n@@ -1,7 +1,7 @@\n-b\n+c\n\n"
    )
    assert do(here, patch).status == "ok"
    assert (root(here) / "a").read_text() == "one\n\n2\n--x\nthree\n" and (
        root(here) / "b"
    ).read_text() == "c\n"
    dashes = "--- a/a\n+++ b/a\n@@ -3,3 +3,3 @@\n 2\n---x\n+++ x\n three\n"
    assert do(here, dashes).status == "ok"
    assert (root(here) / "a").read_text() == "one\n\n2\n++ x\nthree\n"


def test_names_are_read_from_both_forms() -> None:
    assert names_in(envelope("*** Update File: a b", "*** Move to: c", "-x")) == ("a b", "c")
    assert names_in("--- a/x\n+++ b/x\n@@\n-1\n--- /dev/null\n+++ b/y\n") == ("x", "y")


LINES = st.lists(st.sampled_from(["a", "b", " a", "", "c\t", "--", "++ d", "@@", "\\ e", "한"]), max_size=12)


@given(LINES, LINES, st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_our_own_diff_leads_from_any_text_to_any_other(
    old: list[str], new: list[str], first_ends: bool, second_ends: bool
) -> None:
    before, after = (
        "\n".join(lines) + "\n" * (bool(lines) and ends)
        for lines, ends in ((old, first_ends), (new, second_ends))
    )
    if before == after:
        return
    (patch,) = read_patch(unified_diff("x", before, after))
    assert patched("x", Text(before), patch.hunks).raw == after


@git
def test_what_git_prints_leads_to_the_same_files(here: ToolContext) -> None:
    def run(*words: str) -> str:
        name = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
        return subprocess.run(
            ["git", *name, *words], cwd=root(here), check=True, capture_output=True, text=True
        ).stdout

    run("init", "-q")
    write(here, a="1\n2\n3\n4\n5\n6\n7\n8\n9\n", b="same\nlines\nmoved\n", c="gone\n", e="")
    run("add", "."), run("commit", "-qm", "x")
    write(here, a="1\n2\nthree\n4\n5\n6\n7\n8\n9\nten", d="new\n")
    (root(here) / "b").rename(root(here) / "새 이름")
    (root(here) / "c").unlink(), (root(here) / "e").unlink()
    run("add", "-A")
    after = {path.name: path.read_bytes() for path in root(here).iterdir() if path.is_file()}
    diff = run("diff", "--cached", "-M")
    run("reset", "-q", "--hard")
    done = do(here, diff)
    assert done.status == "ok", done.text
    assert {path.name: path.read_bytes() for path in root(here).iterdir() if path.is_file()} == after


PIECES = st.sampled_from(
    [
        "*** Begin Patch", "*** Update File: a", "*** Update File: b", "*** Add File: new/x",
        "*** Delete File: b", "*** Move to: moved", "*** End of File", "*** End Patch",
        "@@", "@@ one", "@@ -1,2 +1,2 @@", "@@ -0,0 +1 @@", " one", "-one", "+1", "-two", "+2", " ", "", "junk",
        "--- a/a", "+++ b/a", "--- /dev/null", "+++ b/n", "+++ /dev/null", "diff --git a/a b/a",
        "rename from a", "rename to r", "new file mode 100755", "old mode 100644", "new mode 100755",
        "\\ No newline at end of file",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14), st.booleans())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_patch_is_carried_out_or_changes_nothing(
    tmp_path_factory: Any, pieces: list[str], framed: bool
) -> None:
    here = here_in(tmp_path_factory.mktemp("any"))
    write(here, a="one\ntwo\n", b="one\none\n")
    patch = envelope(*pieces) if framed else "\n".join(pieces)
    effects = would(here, patch)
    before = {path: path.read_bytes() for path in root(here).rglob("*") if path.is_file()}
    done = do(here, patch)
    after = {path: path.read_bytes() for path in root(here).rglob("*") if path.is_file()}
    changed = {
        path.relative_to(root(here)).as_posix()
        for path in {*before, *after}
        if before.get(path) != after.get(path)
    }
    if done.status == "ok":
        assert changed <= {*effects.writes, *effects.deletes} and done.diff == effects.diff
    else:
        assert changed == set() and "failed" not in done.text
