"""Servers as people write them down."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.connections.server_writing import command_words, suggested_name, written_spec
from engine.errors import UserError


def test_a_line_means_its_words_and_nothing_in_it_is_carried_out() -> None:
    words = command_words("uvx 'my server' --at=\"a b\" $HOME | rm -rf / # no comment")
    assert words == ("uvx", "my server", "--at=a b", "$HOME", "|", "rm", "-rf", "/", "#", "no", "comment")
    with pytest.raises(UserError) as caught:
        command_words("uvx 'half")
    assert caught.value.code == "mcp.bad_command"


@pytest.mark.parametrize(
    ("command", "url", "name"),
    [
        ("npx -y @modelcontextprotocol/server-filesystem /home", "", "filesystem"),
        ("uvx mcp-server-git", "", "git"),
        ("/opt/tools/mcp-server-time --utc", "", "time"),
        ("docker run -i --rm ghcr.io/github/github-mcp-server", "", "github"),
        ("", "https://mcp.linear.app/mcp", "linear-app"),
        ("", "nonsense", ""),
        ("", "https://[::1", ""),
    ],
)
def test_a_name_is_made_of_what_runs(command: str, url: str, name: str) -> None:
    assert suggested_name(command_words(command), url) == name


def test_paths_that_the_command_names_may_be_read(tmp_path: Path) -> None:
    spec = written_spec("", f"mcp-server-files {tmp_path} /no/such/folder", "")
    assert (spec.name, spec.readable) == ("files", (str(tmp_path),))
    assert written_spec(" mine ", "", " https://a.example/mcp ").url == "https://a.example/mcp"
