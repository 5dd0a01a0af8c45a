"""Chosen changes of a run are committed, and nothing else is touched."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from app.services.runs.review.repository import Repository
from engine.errors import UserError
from tests.agents.review.test_hunks import NUMBERS, changed
from tests.app.services.runs.review.conftest import Repo

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs git"),
    pytest.mark.skipif(os.name == "nt", reason="needs a shell"),
]
AFTER = changed(NUMBERS, l5="five\n", l20="twenty\n")


def first_commit(repo: Repo, **files: str) -> None:
    for name, text in files.items():
        (repo.root / name).write_text(text)
    repo.git("add", "-A")
    repo.git("commit", "-q", "--allow-empty", "-m", "first")


def refused(repo: Repo, **chosen: tuple[int, ...] | None) -> str:
    head, status = repo.git("rev-parse", "HEAD"), repo.status
    with pytest.raises(UserError) as raised:
        repo.commit(**chosen)
    assert (repo.git("rev-parse", "HEAD"), repo.status) == (head, status)
    return raised.value.code


def test_all_of_a_run_is_committed_with_moves_modes_links_and_deletions(repo: Repo) -> None:
    first_commit(repo, a=NUMBERS, old=NUMBERS + "old\n", gone="x\n", tool="#!\n")
    repo.shell(
        "c1",
        "sed -i s/^5$/five/ a; mkdir d; mv old d/new; rm gone; chmod +x tool; ln -s a link; echo n > '새 것'",
    )
    done = repo.commit("second\n\nbecause")
    assert (done.branch, set(done.paths)) == ("main", {"a", "d/new", "gone", "tool", "link", "새 것"})
    assert (
        repo.status == [] and repo.git("log", "-1", "--format=%an|%s|%b").strip() == "A Person|second|because"
    )
    assert repo.git("show", "--stat", "--summary", "-M", "--format=").count("rename old => d/new") == 1
    assert "mode change 100644 => 100755 tool" in repo.git("show", "--summary", "--format=")


def test_one_hunk_is_committed_and_the_other_stays_a_change(repo: Repo) -> None:
    first_commit(repo, a=NUMBERS, b="b\n")
    repo.write("c1", "a", AFTER)
    repo.write("c2", "b", "c\n")
    assert repo.commit(a=(2,)).paths == ("a",)
    assert repo.at_head("a") == changed(NUMBERS, l20="twenty\n") and repo.at_head("b") == "b\n"
    assert (repo.root / "a").read_text() == AFTER and repo.status == [" M a", " M b"]
    repo.commit()  # what is there already does not stand in the way
    assert repo.at_head("a") == AFTER and repo.status == []
    assert refused(repo) == "commit.nothing"


def test_a_persons_own_edits_stay_out_and_what_they_staged_stays_staged(repo: Repo) -> None:
    first_commit(repo, a=NUMBERS, b="b\n", c="c\n")
    (repo.root / "a").write_text(changed(NUMBERS, l29="mine\n"))
    (repo.root / "b").write_text("staged\n")
    repo.git("add", "a", "b")
    repo.write("c1", "a", changed(AFTER, l29="mine\n"))
    repo.write("c2", "c", "by the run\n")
    repo.commit()
    assert repo.at_head("a") == AFTER
    assert repo.git("diff", "--cached", "--name-only").split() == ["a", "b"]
    assert repo.git("show", ":a") == changed(AFTER, l29="mine\n") and repo.status == ["M  a", "M  b"]


def test_an_edit_at_the_same_lines_is_named_and_nothing_committed(repo: Repo) -> None:
    first_commit(repo, a=NUMBERS)
    (repo.root / "a").write_text(changed(NUMBERS, l5="mine\n"))
    repo.write("c1", "a", AFTER)
    assert refused(repo) == "commit.conflict"
    repo.commit(a=(2,))
    assert repo.at_head("a") == changed(NUMBERS, l20="twenty\n")


def test_files_that_git_does_not_know_are_told_apart(repo: Repo) -> None:
    first_commit(repo, a="a\n")
    (repo.root / ".gitignore").write_text("*.log\n")
    (repo.root / "mine").write_text("mine\n")
    (repo.root / "inner").mkdir()
    repo.git("init", "-q", "inner")
    repo.shell("c1", "echo x > x.log; echo y >> mine; echo z > inner/z; echo b > a")
    assert refused(repo, mine=None) == "commit.untracked"
    done = repo.commit(**{"a": None, "x.log": None, "inner/z": None})
    assert (done.paths, set(done.left)) == (("a",), {"x.log", "inner/z"})
    assert refused(repo, **{"x.log": None}) == "commit.nothing"


def test_line_ends_are_those_that_git_keeps(repo: Repo) -> None:
    repo.git("config", "core.autocrlf", "true")
    first_commit(repo)
    (repo.root / "a").write_bytes(NUMBERS.replace("\n", "\r\n").encode())
    repo.git("add", "a")
    repo.git("commit", "-qm", "a")

    def act() -> None:
        (repo.root / "a").write_bytes(AFTER.replace("\n", "\r\n").encode())
        (repo.root / "b").write_bytes(b"new\r\n")

    repo.act("c1", act)
    repo.commit()
    assert (repo.at_head("a"), repo.at_head("b")) == (AFTER, "new\n") and repo.status == []


def test_no_program_of_the_repository_is_started(repo: Repo) -> None:
    first_commit(repo, a="a\n", b="b\n", **{".gitattributes": "*.big filter=big\n"})
    ran = repo.root.parent / "ran"
    for hook in (
        "pre-commit",
        "commit-msg",
        "prepare-commit-msg",
        "post-commit",
        "reference-transaction",
        "post-index-change",
    ):
        path = repo.root / ".git" / "hooks" / hook
        path.write_text(f"#!/bin/sh\ntouch {ran}\nexit 1\n")
        path.chmod(0o755)
    repo.git("config", "core.fsmonitor", str(repo.root / ".git/hooks/pre-commit"))
    repo.git("config", "filter.big.clean", f"touch {ran}")
    ran.unlink(missing_ok=True)
    repo.shell("c1", "echo x > x.big; echo c > a")
    ran.unlink(missing_ok=True)
    with pytest.raises(UserError) as raised:
        repo.commit(**{"x.big": None})
    assert raised.value.code == "commit.filter" and raised.value.params["filter"] == "big"
    assert repo.commit(a=None).paths == ("a",)
    assert not ran.exists()


def test_the_first_commit_of_a_repository_and_a_folder_in_one(repo: Repo) -> None:
    repo.write("c1", "a", "a\n")
    assert repo.commit().branch == "main" and repo.at_head("a") == "a\n" and repo.status == []
    inner = Repo(repo.root)  # its workspace is a folder of the repository
    inner.write("c1", "sub/b", "b\n")
    assert inner.commit().paths == ("sub/b",)
    assert inner.git("show", "HEAD:workspace/sub/b") == "b\n" and inner.at_head("a") == "a\n"


def test_more_files_than_a_command_line_takes_are_committed(repo: Repo) -> None:
    first_commit(repo, old="x\n")
    repo.shell("c1", "for i in $(seq 130); do echo $i > file$i; done; echo y > old")
    assert len(repo.commit().paths) == 131 and repo.status == []


def _detached(repo: Repo) -> None:
    repo.git("checkout", "-q", "--detach")


def _merging(repo: Repo) -> None:
    (repo.root / ".git" / "MERGE_HEAD").write_text(repo.git("rev-parse", "HEAD"))


def _locked(repo: Repo) -> None:
    (repo.root / ".git" / "index.lock").touch()


def _nameless(repo: Repo) -> None:
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("")


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (_detached, "commit.detached"), (_merging, "commit.under_way"), (_locked, "commit.locked"),
        (_nameless, "commit.no_identity"),
    ],
)  # fmt: skip
def test_where_no_commit_can_be_made_it_is_said_before(repo: Repo, act: object, code: str) -> None:
    first_commit(repo, a="a\n")
    repo.write("c1", "a", "b\n")
    act(repo)  # type: ignore[operator]
    with pytest.raises(UserError) as raised:
        repo.commit()
    assert raised.value.code == code


def test_a_folder_outside_of_repositories_and_a_machine_without_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UserError) as raised:
        Repository(tmp_path)
    assert raised.value.code == "commit.no_repository"
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError) as raised:
        Repository(tmp_path)
    assert raised.value.code == "commit.no_git"


def test_a_message_is_needed_and_any_text_is_one(repo: Repo) -> None:
    first_commit(repo, a="a\n")
    repo.write("c1", "a", "b\n")
    with pytest.raises(UserError) as raised:
        repo.commit("  \n")
    assert raised.value.code == "commit.no_message"
    repo.commit("-m \"$(x)\" '한글' #1")
    assert repo.git("log", "-1", "--format=%s").strip() == "-m \"$(x)\" '한글' #1"


def test_a_program_that_signs_is_asked_where_settings_say_so(repo: Repo) -> None:
    first_commit(repo, a="a\n")
    repo.write("c1", "a", "b\n")
    repo.git("config", "commit.gpgsign", "true")
    repo.git("config", "gpg.program", "/bin/false")
    assert refused(repo) == "commit.git_failed"
