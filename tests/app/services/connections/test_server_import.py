"""Files of other programs: what is taken from them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.services.connections.server_import import found_in, safe_server_name, without_comments
from engine.errors import UserError


def write(folder: Path, document: object, name: str = "mcp.json") -> Path:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_a_file_of_claude_desktop_is_read(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    files = {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", str(docs)]}
    hub = {"url": "https://api.example/mcp", "headers": {"Authorization": "Bearer ${HUB_TOKEN}"}}
    env = {"GITHUB_TOKEN": "ghp_x", "NUMBER": 3}
    path = write(
        tmp_path, {"mcpServers": {"my files": files, "hub": hub, "git": {"command": "git-mcp", "env": env}}}
    )
    first, second, third = found_in(path, taken={"git"})
    assert (first.spec.name, first.spec.command[0], first.spec.readable) == ("my-files", "npx", (str(docs),))
    assert (second.spec.url, second.spec.command) == ("https://api.example/mcp", ())
    assert second.headers == {"Authorization": "Bearer ${env:HUB_TOKEN}"}
    assert (third.spec.name, third.env) == ("git-2", {"GITHUB_TOKEN": "ghp_x", "NUMBER": "3"})
    assert third.spec.env == {} and "ghp_x" not in repr(third)


def test_a_file_of_vs_code_with_comments_is_read(tmp_path: Path) -> None:
    text = """{ // servers
      "servers": {"a": {"type": "stdio", "command": "run //me", "env": {"KEY": "${input:key}"}, "timeout": 30000,},},
      /* "none": 1 */ }"""
    (found,) = found_in(write(tmp_path, text))
    assert (found.spec.command, found.env, found.spec.timeout_s) == (("run //me",), {"KEY": ""}, 30.0)
    assert found_in(write(tmp_path, {"mcp": {"servers": {"b": {"command": "x"}}}}))[0].name == "b"


def test_what_is_turned_off_elsewhere_comes_turned_off_and_works_in_the_workspace(tmp_path: Path) -> None:
    off = {"command": "x", "args": ["${workspaceFolder}/notes"], "disabled": True}
    found = found_in(write(tmp_path, {"mcpServers": {"off": off, "on": {"command": "x", "disabled": False}}}))
    assert [one.enabled for one in found] == [False, True]
    assert found[0].spec.command == ("x", "./notes")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "mcp.import_unreadable"),
        ("[" * 100_000, "mcp.import_unreadable"),
        ("[]", "mcp.import_no_servers"),
        ('{"mcpServers": 3}', "mcp.import_no_servers"),
        ("\udcff", "mcp.import_unreadable"),
    ],
)
def test_what_is_no_such_file_says_so(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(UserError) as caught:
        found_in(path)
    assert caught.value.code == code
    with pytest.raises(UserError):
        found_in(tmp_path / "none.json")


def test_a_server_without_a_command_is_named_with_its_fault(tmp_path: Path) -> None:
    (found,) = found_in(write(tmp_path, {"mcpServers": {"odd": {"type": "stdio"}}}))
    assert found.error is not None and found.error.code == "mcp.no_command"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("io.github/server-filesystem", "filesystem"),
        ("날씨", "server"),
        ("3d", "server-3d"),
        ("time-mcp", "time"),
    ],
)
def test_names_become_safe(name: str, safe: str) -> None:
    assert safe_server_name(name) == safe


def test_comments_in_strings_stay() -> None:
    assert json.loads(without_comments('{"a": "x // y, ]", /* c */ "b": [1, 2, ], }')) == {
        "a": "x // y, ]",
        "b": [1, 2],
    }
