"""`coterie run --diff`, `--review`, `--redo` and `--commit` on a run that has ended."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agents.review.test_hunks import NUMBERS, changed
from tests.support.command import Command, Ran
from tests.support.servers.openai_script import by_turn, call, say
from tests.support.servers.openai_server import OpenAiServer

AFTER = changed(NUMBERS, l5="five\n", l20="twenty\n")
WORK = by_turn(
    call("write_file", {"path": "a.txt", "content": AFTER}),
    call("write_file", {"path": "new.txt", "content": "fresh\n"}),
    call("move_file", {"path": "b", "to": "c"}),
    say("Done."),
)


class Terminal:
    """A person at the terminal after a run."""

    def __init__(self, command: Command, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.command, self.folder, self._patch = command, folder, patch

    def ran(self, *arguments: str, said: str = "") -> Ran:
        self._patch.setattr(sys, "stdin", io.StringIO(said))
        return self.command.here("run", *arguments)

    @property
    def texts(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.folder.iterdir()}


@pytest.fixture
def terminal(coterie_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text(NUMBERS)
    (folder / "b").write_text("b\n")
    made = Terminal(Command(coterie_home, "http://127.0.0.1:9"), folder, monkeypatch)
    with OpenAiServer(WORK) as server:
        ran = made.ran("Do it", "--workspace", str(folder), "--model", server.model, "--approve", "workspace")
    assert ran.code == 0, ran.err
    return made


def test_all_changes_of_a_run_are_printed_as_one_diff(terminal: Terminal) -> None:
    told = terminal.ran("--diff", "last").out
    assert "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -2,7 +2,7 @@" in told
    assert (
        "rename from b\nrename to c\n" in told
        and "new file mode 100644\n--- /dev/null\n+++ b/new.txt" in told
    )
    found = terminal.ran("--diff", "last", "--json").last
    assert [(file["path"], file["old_path"], file["change"], file["added"]) for file in found["files"]] == [
        ("a.txt", "", "changed", 2), ("c", "b", "moved", 0), ("new.txt", "", "new", 1),
    ]  # fmt: skip
    assert [hunk["head"] for hunk in found["files"][0]["hunks"]] == ["@@ -2,7 +2,7 @@", "@@ -17,7 +17,7 @@"]


def test_each_change_is_asked_about_and_what_was_dropped_comes_back(terminal: Terminal) -> None:
    ran = terminal.ran("--review", "last", said="?\ny\nn\ny\nn\n")
    assert ran.code == 0 and "-20\n+twenty" in ran.err and "y keeps this change" in ran.err
    assert ran.out.splitlines() == ["some changes dropped: a.txt", "all changes dropped: new.txt"]
    assert terminal.texts == {"a.txt": changed(NUMBERS, l5="five\n"), "c": "b\n"}
    assert terminal.ran("--redo", "last").code == 0
    assert terminal.texts == {"a.txt": AFTER, "c": "b\n", "new.txt": "fresh\n"}


def test_a_change_of_several_places_is_split(
    coterie_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder := tmp_path / "folder").mkdir()
    (folder / "a.txt").write_text(NUMBERS)
    terminal = Terminal(Command(coterie_home, "http://127.0.0.1:9"), folder, monkeypatch)
    after = changed(NUMBERS, l5="five\n", l7="seven\n", l9="nine\n")
    with OpenAiServer(
        by_turn(call("write_file", {"path": "a.txt", "content": after}), say("Done."))
    ) as server:
        terminal.ran("Do it", "--workspace", str(folder), "--model", server.model, "--approve", "workspace")
    ran = terminal.ran("--review", "last", said="s\ny\ns\nn\ny\n")
    assert ran.out.splitlines() == ["some changes dropped: a.txt"]
    assert "[y, n, s, a, d, q" in ran.err and "3/3" in ran.err and "s splits" in ran.err
    assert terminal.texts == {"a.txt": after.replace("seven", "7")}
    assert terminal.ran("--redo", "last").code == 0 and terminal.texts == {"a.txt": after}


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_the_review_says_where_a_link_leads(
    coterie_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/data").symlink_to("here")
    terminal = Terminal(Command(coterie_home, "http://127.0.0.1:9"), tmp_path / "folder", monkeypatch)
    script = by_turn(call("shell", {"command": "ln -sfn /etc data"}), say("Done."))
    with OpenAiServer(script) as server:
        terminal.ran(
            "Do it",
            "--workspace",
            str(terminal.folder),
            "--model",
            server.model,
            "--approve",
            "all-in-sandbox",
        )
    assert "data (changed, link to /etc)" in terminal.ran("--review", "last", said="y\n").err


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("d\n", {"a.txt": NUMBERS, "c": "b\n", "new.txt": "fresh\n"}),
        ("n\na\nd\nq\n", {"a.txt": AFTER.replace("five", "5"), "b": "b\n", "new.txt": "fresh\n"}),
        ("q\n", {"a.txt": AFTER, "c": "b\n", "new.txt": "fresh\n"}),
        ("", {"a.txt": AFTER, "c": "b\n", "new.txt": "fresh\n"}),
        ("a\nn\nn\n", {"a.txt": AFTER, "b": "b\n"}),
    ],
)
def test_the_rest_of_a_file_is_decided_at_once(terminal: Terminal, said: str, left: dict[str, str]) -> None:
    assert terminal.ran("--review", "last", said=said).code == 0
    assert terminal.texts == left


def test_what_somebody_changed_since_is_named_and_left(terminal: Terminal) -> None:
    (terminal.folder / "a.txt").write_text(AFTER.replace("twenty", "zwanzig"))
    ran = terminal.ran("--review", "last", "--json", said="d\nq\n")
    assert ran.code == 1 and "a.txt" in ran.err.splitlines()[-1]
    assert (ran.last["kind"], ran.last["partly"], ran.last["conflicts"]) == ("undone", ["a.txt"], ["a.txt"])
    assert terminal.texts["a.txt"] == changed(NUMBERS, l20="zwanzig\n")
    (terminal.folder / "new.txt").write_text("mine\n")
    ran = terminal.ran("--review", "last", said="y\ny\nn\n")
    assert ran.code == 1 and terminal.texts["new.txt"] == "mine\n"


def test_what_somebody_took_out_already_is_not_dropped_again(terminal: Terminal) -> None:
    (terminal.folder / "a.txt").write_text(changed(NUMBERS, l5="five\n"))
    ran = terminal.ran("--review", "last", said="y\nn\nq\n")
    assert ran.code == 1 and "aren’t in the files any more" in ran.err


def test_a_run_without_changes_has_nothing_to_review(terminal: Terminal) -> None:
    assert terminal.ran("--undo", "last").code == 0
    ran = terminal.ran("--review", "last")
    assert (ran.code, ran.sentence) == (0, "No file is changed by this run now.")
    assert terminal.ran("--diff", "last").out == ""
    assert terminal.ran("--diff", "last", "--undo", "last").code == 2


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_run_is_committed_with_the_models_message_or_ones_own(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "gitconfig"
    config.write_text("[user]\n\tname = A Person\n\temail = person@example.com\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=terminal.folder, check=True, capture_output=True, text=True
        ).stdout

    ran = terminal.ran("--commit", "last", "--message", "x")
    assert ran.code == 1 and "git init" in ran.sentence
    git("init", "-q")
    assert terminal.ran("--undo", "last").code == 0
    git("add", "-A"), git("commit", "-qm", "first")
    assert terminal.ran("--redo", "last").code == 0
    ran = terminal.ran("--commit", "last", said="")  # its model is gone, and nobody writes one
    assert ran.code == 1 and "couldn’t propose" in ran.err and "Nothing was committed." in ran.err
    assert "doesn’t change" in terminal.ran("--commit", "last", "--file", "no", "--message", "x").sentence
    ran = terminal.ran("--commit", "last", "--file", "new.txt", "--message", "Add it", "--json")
    assert (ran.code, ran.last["paths"], ran.last["kind"]) == (0, ["new.txt"], "committed")
    ran = terminal.ran("--commit", "last", said="Change the rest\n")
    assert ran.code == 0 and ran.out.startswith("a.txt\nc\nCommitted as ")
    assert git("log", "--format=%s").splitlines() == ["Change the rest", "Add it", "first"]
    assert git("status", "--porcelain") == ""
