"""Where a repository fetches from, by its own settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.workspace.remotes import remote_hosts

HTTPS = '[remote "origin"]\n\turl = https://me@code.example.org/a/b.git\n\tfetch = +refs/heads/*\n'


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        (HTTPS, ("code.example.org",)),
        (
            HTTPS + '[remote "up"]\nurl = "http://up.example.org:8080/x"\n',
            ("code.example.org", "up.example.org:8080"),
        ),
        (HTTPS + "pushurl = git@code.example.org:a/b.git\n", None),
        ('[remote "origin"]\nurl = ssh://code.example.org/a\n', None),
        ('[remote "origin"]\nurl = ../other\n', None),
        ('[remote "origin"]\nurl = https://10.0.0.1/a\n', None),
        (HTTPS + '[url "ssh://git@code.example.org/"]\ninsteadOf = https://code.example.org/\n', None),
        (HTTPS + "[include]\npath = more\n", None),
        ("[core]\nbare = false\n", None),
        ("", None),
    ],
)
def test_the_hosts_of_all_remotes(tmp_path: Path, text: str, hosts: tuple[str, ...] | None) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text(text)
    assert remote_hosts(tmp_path) == hosts


def test_a_folder_without_a_repository_has_none(tmp_path: Path) -> None:
    assert remote_hosts(tmp_path) is None
