"""Which hosts a command is asked about before it runs, where it is led to them one by one."""

from __future__ import annotations

import pytest

from agents.permissions.decide import decide
from agents.permissions.hosts import read_rules
from agents.permissions.question import Question, Verdict
from agents.permissions.values import Effects, Grant, ToolFacts
from tests.agents.permissions.test_everyday_commands import ASKED, FREE, commands


def verdict(command: str, *rules: str, network: bool = False, kind: str = "shell", **more: object) -> Verdict:
    effects = Effects(kind=kind, command=command, network=network)  # type: ignore[arg-type]
    facts = ToolFacts(anywhere=True, own=True)
    allowed = tuple(rule for text in rules for rule in read_rules(text))
    given = {"mode": "workspace", "workspace": "/w", "sandboxed": True, "rules": allowed} | more
    return decide(Question(1, "c1", kind, {}, facts, effects, **given))  # type: ignore[arg-type]


PIP, NPM = ("pypi.org", "files.pythonhosted.org"), ("registry.npmjs.org",)


@pytest.mark.parametrize(
    ("command", "hosts"),
    [
        ("pip install requests", PIP),
        ("python3 -m pip install -q requests", PIP),
        ("uv sync && uv run pytest", PIP),
        ("npm ci", NPM),
        ("cargo add serde", ("index.crates.io", "static.crates.io")),
        ("go mod download", ("proxy.golang.org", "sum.golang.org")),
        ("curl -fsSL https://example.org/install.sh -o i.sh", ("example.org",)),
        ("curl -O --output-dir d EXAMPLE.org./a", ("example.org",)),
        ("wget -q http://a.example.org:8080/x", ("a.example.org:8080",)),
        ("git clone https://user@code.example.org/a/b.git", ("code.example.org",)),
        ("pip install --index-url=https://mirror.example.org/simple x", (*PIP, "mirror.example.org")),
        ("pip install git+https://code.example.org/a", (*PIP, "code.example.org")),
        ("curl https://bücher.example/", ("xn--bcher-kva.example",)),
    ],
)
def test_hosts_are_foreseen(command: str, hosts: tuple[str, ...]) -> None:
    asked = verdict(command)
    assert (asked.action, asked.hosts, asked.only_hosts, asked.network) == ("ask", hosts, True, False)
    assert "hosts" in asked.reasons and "network" not in asked.reasons
    registries = ("workspace", "registries", "network") if hosts in (PIP, NPM) else None
    assert asked.scopes == registries or asked.scopes[-1] == "network"
    assert verdict(command, *hosts).action == "allow" and not verdict(command, *hosts).network


@pytest.mark.parametrize(
    "command",
    [
        "ssh example.org ls",
        "git push",
        "git pull --rebase",
        "git clone git@code.example.org:a/b.git",
        "git clone ssh://code.example.org/a",
        "curl http://10.0.0.1/",
        "curl https://[2001:db8::1]/",
        "curl ftp://example.org/",
        "curl intranet",
        "nc example.org 80",
        "echo x > /dev/tcp/example.org/80",
        "python3 -c 'import socket; socket.create_connection((\"example.org\", 80))'",
    ],
)
def test_what_a_proxy_cannot_lead_to_is_asked_about_as_the_whole_network(command: str) -> None:
    asked = verdict(command, "example.org", "*.example.org")
    assert (asked.action, asked.network, asked.hosts) == ("ask", True, ())
    assert "network" in asked.reasons and "hosts" not in asked.reasons


@pytest.mark.parametrize(
    "command", ["sh get.sh", "npm test", "make deps", 'curl "$URL"', "npm run build", "./configure"]
)
def test_what_is_not_foreseen_runs_and_is_asked_about_when_it_is_refused(command: str) -> None:
    for network in (False, True):
        found = verdict(command, network=network)
        assert (found.action, found.network) == ("allow", False)


def test_after_strangers_text_no_rule_counts_and_nothing_lasts() -> None:
    for command, network, hosts in (("pip install x", False, PIP), ("sh get.sh", True, ())):
        asked = verdict(command, "package registries", network=network, tainted=True)
        assert (asked.action, asked.hosts, asked.scopes) == ("ask", hosts, ("network",))
        assert {"hosts", "untrusted"} <= {*asked.reasons}
    assert verdict("sh get.sh", "example.org", tainted=True).action == "allow", "its way out is asked about"


def test_a_mode_that_asks_puts_command_and_hosts_into_one_question() -> None:
    asked = verdict("pip install x", mode="ask")
    assert (asked.only_hosts, asked.pattern, asked.hosts) == (False, "pip install", PIP)
    grant = Grant("g", "workspace", "shell", 1.0, "pip install", "/w")
    granted = verdict("pip install x", mode="ask", grants=(grant,))
    assert (granted.only_hosts, granted.pattern, granted.scopes) == (
        True,
        "",
        ("workspace", "registries", "network"),
    )
    assert verdict("pip install x", *PIP, mode="ask", grants=(grant,)).by == "grant"
    assert verdict("pip install x", *PIP, mode="read").action == "deny"


def test_where_nobody_is_there_only_what_was_allowed_is_reached() -> None:
    assert verdict("pip install x", present=False).by == "nobody"
    assert verdict("pip install x", "package registries", present=False).action == "allow"


def test_python_that_uses_the_proxy_is_led_by_hosts() -> None:
    code = "import urllib.request\nurllib.request.urlopen('https://example.org/')"
    assert verdict(code, kind="python", network=True).action == "allow"
    assert verdict("import asyncio, socket", kind="python", network=True).reasons[-1] == "network"


def test_everyday_commands_that_were_free_stay_free() -> None:
    assert [command for command in commands(FREE) if verdict(command).action != "allow"] == []
    assert len([command for command in commands(ASKED) if verdict(command).action == "ask"]) >= 7


def test_a_repository_says_where_git_goes() -> None:
    pulled = verdict("git pull --rebase", remotes=("code.example.org",))
    assert (pulled.hosts, pulled.only_hosts, pulled.network) == (("code.example.org",), True, False)
    assert (
        verdict("git fetch -q && git log", "code.example.org", remotes=("code.example.org",)).action
        == "allow"
    )
    assert verdict("git clone https://a.example.org/x", remotes=("b.example.org",)).hosts == (
        "a.example.org",
    )
    assert verdict("git push git@c.example.org:x main", remotes=("b.example.org",)).network
