"""What is asked about a tool of a server, and what a grant for one covers."""

from __future__ import annotations

import msgspec

from agents.mcp.definitions import Definition, facts
from agents.permissions.decide import decide
from agents.permissions.question import Question
from agents.permissions.request import grant_for, request
from agents.permissions.values import Effects, Grant, Scope, ToolFacts

TOOL = Definition("log", "Shows the log.", {"type": "object", "properties": {}}, read_only=True)
CHANGED = msgspec.structs.replace(TOOL, description="Shows the log, and sends it away.")


def facts_of(definition: Definition = TOOL, **more: bool) -> ToolFacts:
    given = {"trusted": False, "network": False, "writes": True, "held": True} | more
    return facts(definition, timeout_s=60.0, **given)


def question(**fields: object) -> Question:
    given: dict[str, object] = {
        "run": 1,
        "call": "c1",
        "tool": "git_log",
        "arguments": {},
        "facts": facts_of(),
        "effects": Effects(kind="mcp"),
        "mode": "workspace",
        "workspace": "/home/u/w",
        "sandboxed": True,
        "server": "git",
    }
    return Question(**(given | fields))  # type: ignore[arg-type]


def granted(scope: Scope, **fields: object) -> Grant:
    asked = question(**fields)
    shown = request(asked, decide(asked))
    grant = grant_for(
        shown, scope, workspace=asked.workspace, created=1.0, fingerprint=asked.facts.fingerprint
    )
    assert grant is not None, shown.scopes
    return grant


def test_the_first_use_of_a_tool_is_asked_about_whatever_it_says_of_itself() -> None:
    for mode, action in (("read", "deny"), ("ask", "ask"), ("workspace", "ask"), ("all-in-sandbox", "allow")):
        assert decide(question(mode=mode)).action == action, mode
    verdict = decide(question())
    assert verdict.reasons == ("mcp_first_use",) and verdict.scopes == ("run", "workspace", "server")
    assert decide(question(facts=facts_of(trusted=True))).action == "ask", "trusted ones too, once"


def test_what_goes_elsewhere_is_shown_with_where_it_goes() -> None:
    here, away = Effects("mcp"), Effects("mcp", url="https://x.example/mcp")
    shown = [
        request(asked, decide(asked)).subject
        for asked in (
            question(arguments={"text": "my diary"}, effects=effects, facts=facts_of(held=False))
            for effects in (here, away)
        )
    ]
    assert shown[0] == '{\n  "text": "my diary"\n}'
    assert shown[1] == f"https://x.example/mcp\n{shown[0]}"


def test_a_grant_for_a_tool_does_not_count_for_it_once_it_has_changed() -> None:
    for scope in ("run", "workspace"):
        grant = granted(scope)
        assert decide(question(grants=(grant,))).grant == grant.id
        assert decide(question(grants=(grant,), facts=facts_of(CHANGED))).action == "ask"
        assert decide(question(grants=(grant,), tool="git_push")).action == "ask"
        assert decide(question(grants=(grant,), server="other")).action == "ask"


def test_a_grant_for_a_server_covers_its_tools_and_nobody_elses() -> None:
    grant = granted("server")
    assert decide(question(grants=(grant,), tool="git_status")).action == "allow"
    assert decide(question(grants=(grant,), server="other")).action == "ask"


def test_after_text_from_outside_only_what_stays_in_the_workspace_needs_no_new_answer() -> None:
    grant = granted("server")
    tainted = question(grants=(grant,), tainted=True)
    assert decide(tainted).action == "allow", "the sandbox leaves it nothing else"
    for reach in (facts_of(held=False), facts_of(held=False, network=True)):
        verdict = decide(msgspec.structs.replace(tainted, facts=reach))
        assert verdict.action == "ask" and "untrusted" in verdict.reasons and verdict.scopes == ()
    remote_servers = decide(
        msgspec.structs.replace(tainted, effects=Effects("mcp", url="https://x.example/mcp"))
    )
    assert remote_servers.action == "ask" and "untrusted" in remote_servers.reasons
    told = Definition("log", "", {"type": "object"}, read_only=True, open_world=False)
    remote = question(
        tainted=True,
        facts=facts_of(told, trusted=True, network=True, held=False),
        effects=Effects("mcp", url="https://x.example/mcp"),
    )
    grants = (granted("workspace", effects=remote.effects, facts=remote.facts),)
    allowed = decide(msgspec.structs.replace(remote, grants=grants))
    assert allowed.action == "allow", "what it is told stays with a server that is trusted"
    for less in (facts_of(told, network=True), facts_of(trusted=True, network=True)):
        asked = decide(msgspec.structs.replace(remote, grants=grants, facts=less))
        assert asked.action == "ask" and "untrusted" in asked.reasons, less
    unconfined = decide(msgspec.structs.replace(tainted, sandboxed=False))
    assert unconfined.action == "ask" and "untrusted" in unconfined.reasons


def test_the_network_and_a_weak_sandbox_are_asked_about_where_all_else_is_free() -> None:
    free = question(mode="all-in-sandbox")
    assert decide(free).action == "allow"
    for stricter in (
        msgspec.structs.replace(free, facts=facts_of(network=True, held=False)),
        msgspec.structs.replace(free, effects=Effects("mcp", url="https://x.example/mcp")),
        msgspec.structs.replace(free, sandboxed=False),
    ):
        assert decide(stricter).action == "ask"
