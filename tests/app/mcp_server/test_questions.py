"""Questions as forms: what is shown, what can be chosen, and that nothing but a choice allows anything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.permissions.values import ApprovalRequest, Decision
from app.mcp_server.questions import answer_of, question_of

SHELL = ApprovalRequest(1, "c1", "shell", "shell", "rm -r build", scopes=("run", "workspace"), pattern="rm")


def choices(request: ApprovalRequest) -> list[str]:
    offered: list[str] = question_of(request)[1]["properties"]["decision"]["enum"]
    return offered


def test_the_whole_of_what_would_be_done_is_shown_and_nothing_wider_than_the_run_is_offered() -> None:
    request = ApprovalRequest(
        1, "c", "write_file", "files", "a.txt", diff="+word", scopes=("run", "workspace")
    )
    message, _ = question_of(request)
    assert "a.txt" in message and "+word" in message
    assert choices(request) == ["Allow once", "Allow in this run", "Deny"]


def test_a_search_is_told_with_where_its_words_go() -> None:
    request = ApprovalRequest(
        1, "c", "web_search", "search", "rust book", message="https://searx.example", scopes=("run", "server")
    )
    message, _ = question_of(request)
    assert "at https://searx.example?" in message and "rust book" in message
    assert choices(request) == ["Allow once", "Allow in this run", "Deny"]


def test_a_task_is_told_with_its_program_folder_and_mode() -> None:
    request = ApprovalRequest(
        1,
        "start",
        "run_task",
        "program",
        "Tidy up",
        server="Claude",
        message="/home/me/x",
        pattern="workspace",
    )
    message, _ = question_of(request)
    assert all(part in message for part in ("Claude", "/home/me/x", "workspace", "Tidy up"))


@pytest.mark.parametrize(
    "request_",
    [
        ApprovalRequest(1, "c", "shell", "shell", "x" * 20_000, scopes=("run",)),
        ApprovalRequest(
            1, "c", "t", "form", "Your name?", message="Your name?", schema={"type": "object"}, server="s"
        ),
        ApprovalRequest(1, "c", "t", "url", "https://example.org", message="Visit", server="s"),
    ],
    ids=["too long", "a form", "a page"],
)
def test_what_cannot_be_shown_whole_can_only_be_denied(request_: ApprovalRequest) -> None:
    assert choices(request_) == ["Deny"]
    assert answer_of(request_, "accept", {"decision": "Allow once"}) == Decision(False)


def test_answers_are_read() -> None:
    assert answer_of(SHELL, "accept", {"decision": "Allow once"}) == Decision(True)
    assert answer_of(SHELL, "accept", {"decision": "Allow in this run"}) == Decision(True, "run")
    assert answer_of(SHELL, "accept", {"decision": "Deny"}) == Decision(False)
    assert answer_of(SHELL, "decline", None) == Decision(False)
    assert answer_of(SHELL, "cancel", None) is None


ANYTHING = st.none() | st.dictionaries(
    st.text() | st.just("decision"), st.text() | st.integers() | st.booleans()
)


@given(st.sampled_from(["accept", "decline", "cancel", ""]), ANYTHING)
def test_nothing_but_the_offered_words_allows(action: str, content: dict[str, Any] | None) -> None:
    decision = answer_of(SHELL, action, content)
    assert decision is None or not decision.allow


def test_ports_are_allowed_for_the_run_or_not_at_all() -> None:
    request = ApprovalRequest(
        1, "c1", "playwright_open", "ports", "localhost:5173  npm run dev", server="playwright"
    )
    message, schema = question_of(request)
    assert "Let playwright open what this run serves?" in message and "localhost:5173" in message
    assert schema["properties"]["decision"]["enum"] == ["Allow in this run", "Deny"]
    assert answer_of(request, "accept", {"decision": "Allow in this run"}) == Decision(True, "run")
