"""Commands where the system only contains them (Windows): each is asked about, whatever the mode and the grants."""

from __future__ import annotations

import pytest

from agents.permissions.decide import decide
from agents.permissions.question import Question
from agents.permissions.request import request
from agents.permissions.values import Grant
from agents.tools.tool import Effects, ToolFacts

ANYWHERE = ToolFacts(anywhere=True)


def asked(kind: str, command: str, **fields: object) -> Question:
    given: dict[str, object] = {
        "run": 1,
        "call": "c1",
        "tool": kind,
        "arguments": {},
        "facts": ANYWHERE,
        "effects": Effects(kind=kind, command=command),  # type: ignore[arg-type]
        "mode": "all-in-sandbox",
        "workspace": "C:/work",
        "sandbox": "contains",
    }
    return Question(**(given | fields))  # type: ignore[arg-type]


CALLS = [("shell", "ls"), ("shell", "git log"), ("shell", "curl https://x.example"), ("python", "print(1)")]


@pytest.mark.parametrize("mode", ["ask", "workspace", "all-in-sandbox"])
@pytest.mark.parametrize(("kind", "command"), CALLS)
def test_every_command_is_asked_about_and_allowed_once(kind: str, command: str, mode: str) -> None:
    verdict = decide(asked(kind, command, mode=mode))
    assert verdict.action == "ask" and verdict.scopes == ()
    assert {"network", "outside"} <= set(verdict.reasons)
    assert verdict.network, "it is there whether one wants it or not"
    assert not request(asked(kind, command, mode=mode), verdict).sandboxed


@pytest.mark.parametrize(("kind", "command"), CALLS)
def test_no_grant_counts(kind: str, command: str) -> None:
    pattern = " ".join(command.split()[:2]) if kind == "shell" else ""
    grants = tuple(
        Grant(scope, scope, kind, 1.0, each, workspace="C:/work", run=1)  # type: ignore[arg-type]
        for scope in ("run", "workspace")
        for each in (pattern, command.split()[0], "")
    )
    assert decide(asked(kind, command, grants=grants)).action == "ask"


@pytest.mark.parametrize(("kind", "command"), CALLS)
def test_nothing_is_run_where_nobody_can_be_asked_or_a_run_only_reads(kind: str, command: str) -> None:
    assert decide(asked(kind, command, present=False)).action == "deny"
    assert decide(asked(kind, command, mode="read")).action == "deny"
    assert decide(asked(kind, command, sandbox="")).action == "deny"
