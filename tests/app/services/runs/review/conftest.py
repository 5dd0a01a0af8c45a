"""A run's workspace that is a git repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from agents.review.reading import read_review
from agents.review.values import Review
from app.services.runs.review.committing import Committed, commit
from app.services.runs.review.repository import Repository
from tests.agents.snapshots.conftest import Bench


class Repo(Bench):
    """Calls of a run in a repository."""

    def git(self, *words: str) -> str:
        ran = subprocess.run(["git", *words], cwd=self.root, check=True, capture_output=True, text=True)
        return ran.stdout

    @property
    def review(self) -> Review:
        return read_review(self.entries, self.snapshots)

    def commit(self, message: str = "change it", **chosen: tuple[int, ...] | None) -> Committed:
        """Commit these hunks of files, all of all without any."""
        review = self.review
        wanted = chosen or dict.fromkeys(file.path for file in review.files)
        return commit(Repository(self.root), self.snapshots, review, wanted, message)

    def at_head(self, path: str) -> str:
        return self.git("show", f"HEAD:{path}")

    @property
    def status(self) -> list[str]:
        return self.git("status", "--porcelain").splitlines()


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    config = tmp_path / "gitconfig"
    config.write_text(
        "[user]\n\tname = A Person\n\temail = person@example.com\n[init]\n\tdefaultBranch = main\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    made = Repo(tmp_path.resolve())
    made.git("init", "-q")
    return made
