"""`coterie serve` and `coterie keys`, as scripts and service managers run them."""

from __future__ import annotations

import http.client
import json
import shlex
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from app.cli.serve.serving import GivenOptions, left_out, server_options
from app.services.settings.settings import Settings
from app.store.schedules.records import Daily, Schedule
from tests.support.command import Command, here

pytestmark = pytest.mark.process
PATIENCE_S = 300.0


@contextmanager
def serving(command: Command, *arguments: str) -> Iterator[tuple[Popen[str], dict[str, Any]]]:
    """A running server and the line that it prints; it is ended by SIGTERM, as a service manager does it."""
    with command.start("serve", "--port", "0", "--json", *arguments) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.stderr and process.stderr.read()
            yield process, json.loads(line)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE_S)


def service_manager() -> tuple[str, socket.socket]:
    """An address that services tell what they do, and what hears it."""
    notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notices.settimeout(PATIENCE_S)
    notices.bind("")  # Linux gives it a name that is no file
    return notices.getsockname().replace(b"\0", b"@", 1).decode(), notices


def ask(address: str, path: str, key: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    where = urlsplit(address)
    with closing(
        http.client.HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE_S)
    ) as connection:
        data = None if body is None else json.dumps(body)
        told = {"authorization": f"Bearer {key}", **headers}
        connection.request("POST" if data else "GET", path, data, told)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_a_key_is_shown_once_listed_without_itself_and_revoked(coterie_home: Path) -> None:
    made = here("keys", "add", "editor", "--rights", "load,ask", "--json").last
    assert made["name"] == "editor" and made["rights"] == ["ask", "load"] and made["key"].startswith("ct-")
    listed = here("keys", "list", "--json")
    (key,) = listed.last["keys"]
    assert (key["name"], key["prefix"], key["used"]) == ("editor", made["key"][:7], 0.0)
    nothing = {"read": 0, "cached": 0, "written": 0}
    assert key["tokens"] == {"today": nothing, "all": nothing}
    assert made["key"] not in listed.out and "sha256" not in listed.out
    assert "editor" in here("keys", "list").out
    assert here("keys", "add", "editor", "--json").last["error"]["code"] == "server.key_taken"
    assert here("keys", "revoke", "editor", "--json").last == {"revoked": "editor"}
    assert here("keys", "revoke", "editor", "--json").last["error"]["code"] == "server.no_key"
    assert here("keys", "list", "--json").last == {"keys": []}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("keys", "add", "x", "--rights", "ask,fly"), "server.bad_rights"),
        (("serve", "--host", "0.0.0.0", "--no-key"), "server.key_needed"),
        (("serve", "--host", "localhost"), "server.bad_host"),
        (("serve", "--origin", "*"), "server.bad_origin"),
        (("serve", "--allow-host", "http://coterie"), "server.bad_name"),
        (("serve", "--no-key", "--key-file", "x"), "cli.usage"),
    ],
)
def test_wrong_options_are_wrong_usage(coterie_home: Path, arguments: tuple[str, ...], code: str) -> None:
    ran = here(*arguments, "--json")
    assert (ran.code, ran.last["error"]["code"]) == (2, code)


def test_a_name_that_is_no_name_and_a_key_file_without_keys_fail(coterie_home: Path, tmp_path: Path) -> None:
    assert here("keys", "add", " ", "--json").last["error"]["code"] == "server.bad_key_name"
    (tmp_path / "keys").write_text("\n# nothing\n")
    ran = here("serve", "--key-file", str(tmp_path / "keys"), "--json")
    assert (ran.code, ran.last["error"]["code"]) == (1, "server.key_file")


def test_a_port_in_use_is_said(coterie_home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = here("serve", "--port", port, "--json")
    assert (ran.code, ran.last["error"]["code"]) == (1, "server.port_in_use")


def test_what_is_set_in_the_window_holds_where_nothing_else_is_given() -> None:
    settings = Settings(
        server_port=2700,
        server_origins=("http://localhost:*",),
        server_names=("Coterie.example",),
        server_may_load=False,
        server_for_devices=True,
    )
    options = server_options(GivenOptions(), settings)
    assert (options.port, options.may_load) == (2700, False)
    assert (options.origins, options.names) == (("http://localhost:*",), ("coterie.example",))
    assert options.hosts == ()  # beyond this computer only where it is said each time
    given = GivenOptions(port=0, origins=("https://a.example",), names=("b.example",), hosts=("0.0.0.0",))
    options = server_options(given, settings)
    assert (options.port, options.hosts) == (0, ("0.0.0.0",))
    assert (options.origins, options.names) == (("https://a.example",), ("b.example",))


def test_schedules_that_only_a_window_starts_are_told_of() -> None:
    schedule = Schedule(1, "Morning", "Sort", "/w", Daily("08:00"), 0.0, 0.0)
    timed = msgspec.structs.replace(schedule, timer=True)
    paused = msgspec.structs.replace(schedule, paused=True)
    assert left_out([timed, schedule]) and not left_out([timed, paused]) and not left_out([])


def test_it_serves_until_it_is_told_to_end_and_one_serves_a_data_folder(
    coterie_home: Path, tmp_path: Path
) -> None:
    command = Command(coterie_home)
    coterie_home.mkdir()
    (coterie_home / "settings.toml").write_text('server_origins = ["app://obsidian.md"]\n')
    (tmp_path / "keys").write_text("# for the editor\na-key-of-a-file\n")
    manager, notices = service_manager()
    command.environment["NOTIFY_SOCKET"] = manager
    with notices, serving(command, "--key-file", str(tmp_path / "keys")) as (process, told):
        assert notices.recv(100) == b"READY=1"
        assert told == {
            "address": told["address"],
            "pid": process.pid,
            "protocols": ["openai", "anthropic", "ollama"],
        }
        status, listed = ask(told["address"], "/v1/models", "a-key-of-a-file")
        assert status == 200 and "starter" in {model["id"] for model in listed["data"]}
        for origin, expected in (("app://obsidian.md", 200), ("app://other", 403)):
            assert ask(told["address"], "/v1/models", "a-key-of-a-file", Origin=origin)[0] == expected
        key = here("keys", "add", "later", "--json").last["key"]  # by another process while it runs
        assert ask(told["address"], "/v1/models", key)[0] == 200
        here("keys", "revoke", "later")
        assert ask(told["address"], "/v1/models", key)[0] == 401
        second = here("serve", "--port", "0", "--json")
        assert second.last["error"]["code"] == "server.already" and told["address"] in second.err
        process.send_signal(signal.SIGTERM)
        assert notices.recv(100) == b"STOPPING=1"
        process.wait(PATIENCE_S)
    assert process.returncode == 0
    assert not (coterie_home / "server.json").exists()


@pytest.mark.long
@pytest.mark.model
def test_the_starter_answers_and_nothing_of_it_is_kept(coterie_home: Path) -> None:
    secret = "zanzibar-pumpernickel"
    question = {"messages": [{"role": "user", "content": f"Say {secret}"}], "max_tokens": 8, "temperature": 0}
    with serving(Command(coterie_home), "--model", "starter", "--context", "1024", "--no-key") as (_, told):
        status, answer = ask(told["address"], "/v1/chat/completions", "", question)
        assert status == 200 and answer["choices"][0]["message"]["content"]
        assert answer["usage"]["completion_tokens"] <= 8
        schema = {"type": "object", "properties": {"name": {"enum": ["sea", "sun"]}}, "required": ["name"]}
        held = {"type": "json_schema", "json_schema": {"name": "word", "schema": schema}}
        options = {"response_format": held, "logprobs": True, "top_logprobs": 2, "n": 2, "seed": 3}
        status, answer = ask(
            told["address"], "/v1/chat/completions", "", {**question, **options, "max_tokens": 40}
        )
        assert status == 200, answer
        for choice in answer["choices"]:
            content = choice["message"]["content"]
            assert json.loads(content)["name"] in ("sea", "sun")
            tokens = choice["logprobs"]["content"]
            assert "".join(token["token"] for token in tokens) == content
        raw = {"prompt": "One, two, three,", "max_tokens": 4, "temperature": 0, "logprobs": 1}
        status, answer = ask(told["address"], "/v1/completions", "", raw)
        assert status == 200, answer
        (choice,) = answer["choices"]
        assert "".join(choice["logprobs"]["tokens"]) == choice["text"] and choice["text"].startswith(" four")
    kept = [
        path for path in coterie_home.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()
    ]
    assert kept == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has systemd")
def test_a_service_serves_with_the_same_options(
    coterie_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "con fig"))
    (tmp_path / "keys").write_text("a-key\n")
    options = ("--port", "2700", "--origin", "http://localhost:3000", "--model", 'a 100% "model" $HOME\\')
    made = here("serve", "--install", *options, "--key-file", str(tmp_path / "keys"), "--json")
    unit = Path(made.last["unit"])
    assert unit == tmp_path / "con fig/systemd/user/coterie.service"
    lines = unit.read_text().splitlines()
    (command,) = [line.removeprefix("ExecStart=") for line in lines if line.startswith("ExecStart=")]
    told = [text.replace("%%", "%").replace("$$", "$") for text in shlex.split(command)]
    assert told[1:4] == ["-m", "app", "serve"]
    given = dict(pairwise_options(told[4:]))
    assert given == dict(pairwise_options([*options, "--key-file", str(tmp_path / "keys")]))
    assert "Type=notify" in lines and f'ReadWritePaths="-{coterie_home}"' in lines
    assert here("serve", "--install", "--json").code == 0  # ours is replaced
    assert "2700" not in unit.read_text()
    unit.write_text("[Service]\n")
    refused = here("serve", "--install", "--json")
    assert (refused.code, refused.last["error"]["code"]) == (1, "serve.foreign_unit")
    assert unit.read_text() == "[Service]\n"


def pairwise_options(arguments: list[str]) -> list[tuple[str, str]]:
    return list(zip(arguments[::2], arguments[1::2], strict=True))
