"""A search of the web is asked about with its words; a grant for it counts for its provider alone."""

from __future__ import annotations

import msgspec
import pytest

from agents.permissions.decide import decide
from agents.permissions.question import Question
from agents.permissions.request import grant_for, request
from agents.permissions.values import Effects, Grant, Scope
from agents.tools.web_search.tool import WebSearch

BRAVE, MINE = "https://api.search.brave.com", "http://192.168.0.7:8080"


def question(url: str = BRAVE, **fields: object) -> Question:
    given: dict[str, object] = {
        "run": 1,
        "call": "c1",
        "tool": "web_search",
        "arguments": {"query": "rust book"},
        "facts": WebSearch.facts,
        "effects": Effects("search", url=url, command="rust book", network=True),
        "mode": "ask",
        "workspace": "/home/u/w",
    }
    return Question(**(given | fields))  # type: ignore[arg-type]


def granted(scope: Scope, url: str = BRAVE) -> Grant:
    asked = question(url)
    grant = grant_for(request(asked, decide(asked)), scope, workspace=asked.workspace, created=1.0)
    assert grant is not None
    return grant


def test_it_is_asked_in_every_mode_with_the_words_and_where_they_go_and_refused_where_a_run_only_reads() -> (
    None
):
    assert decide(question(mode="read")).action == "deny"
    for mode in ("ask", "workspace", "all-in-sandbox"):
        verdict = decide(question(mode=mode))
        assert (verdict.action, verdict.reasons) == ("ask", ("network",))
        shown = request(question(mode=mode), verdict)
        assert (shown.kind, shown.subject, shown.message) == ("search", "rust book", BRAVE)
        assert (shown.scopes, shown.pattern) == (("run", "server"), "api.search.brave.com")
    assert decide(question(present=False)).by == "nobody"


@pytest.mark.parametrize("scope", ["run", "server"])
def test_a_grant_counts_for_its_provider_and_also_once_results_came_in(scope: Scope) -> None:
    grant = granted(scope)
    assert decide(question(grants=(grant,))).action == "allow"
    assert decide(question(grants=(grant,), tainted=True)).by == "grant"
    assert decide(question(MINE, grants=(grant,))).action == "ask"
    elsewhere = decide(question(grants=(grant,), run=2, workspace="/other")).action
    assert elsewhere == ("allow" if scope == "server" else "ask")


def test_a_grant_lets_no_page_be_fetched_and_that_of_a_page_no_search() -> None:
    page = msgspec.structs.replace(
        question(), tool="fetch_page", effects=Effects("network", url=f"{BRAVE}/x", network=True)
    )
    for scope in ("run", "server"):
        assert decide(msgspec.structs.replace(page, grants=(granted(scope),))).action == "ask"
    shown = request(page, decide(page))
    for scope in shown.scopes:
        grant = grant_for(shown, scope, workspace=page.workspace, created=1.0)
        assert grant is not None and decide(question(grants=(grant,))).action == "ask"
