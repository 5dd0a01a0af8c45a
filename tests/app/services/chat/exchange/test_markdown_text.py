"""Chats as Markdown."""

from __future__ import annotations

from typing import Any

import pytest

from agents.events import Entry, ModelTurn, ToolCalled, ToolResult
from app.services.chat.exchange.labels import Labels
from app.services.chat.exchange.markdown_text import markdown, whole
from app.services.runs.export import fenced
from app.store.records import (
    Attachment,
    ChatOptions,
    Conversation,
    Message,
    RunRecord,
    Source,
    WholeChat,
    WholeRun,
)
from engine.errors import ErrorInfo
from engine.values import Timings, ToolCall, Usage

DAY = 1_800_000_000.0


def chat(*messages: Message, title: str = "Tea", runs: tuple[WholeRun, ...] = ()) -> WholeChat:
    leaf = messages[-1].id if messages else None
    given = Conversation(1, title, "user", False, DAY, DAY, None, leaf, "", ChatOptions())
    return WholeChat(given, messages, runs=runs)


def said(id: int, role: Any, content: str, parent: int | None = None, **fields: Any) -> Message:
    return Message(id, 1, parent, role, content, fields.pop("reasoning", ""), "done", DAY, **fields)


def text(whole: WholeChat, project: str = "") -> str:
    return "".join(markdown(whole, Labels("en", whole.conversation, project)))


def test_the_shown_branch_is_written_with_its_reasoning_and_calls() -> None:
    other = said(2, "assistant", "hidden", 1)
    answer = said(
        3,
        "assistant",
        "Green.",
        1,
        reasoning="Light is best.",
        model="qwen3",
        tool_calls=(ToolCall("c", "boil", {"degrees": 80}),),
    )
    found = text(chat(said(1, "user", "Which tea?"), other, answer), "Kitchen")
    assert found.startswith("# Tea\n\n*2027-01-15 · Kitchen*\n")
    headings = [line for line in found.splitlines() if line.startswith("## ")]
    assert [heading.split(" · ")[0] for heading in headings] == ["## You", "## qwen3"]
    assert "<details>\n<summary>Reasoning</summary>\n\nLight is best.\n\n</details>" in found
    assert '<summary>Tool: boil</summary>\n\n```json\n{\n  "degrees": 80\n}\n```' in found
    assert "hidden" not in found and found.rstrip().endswith("</details>")


def test_what_a_run_did_stands_before_its_answer() -> None:
    record = RunRecord(5, "t", "t", "/w", "m", "ask", "completed", DAY, DAY, conversation=1)
    calls = (ToolCall("c1", "read", {"path": "a.txt"}),)
    entries = [
        ModelTurn(1, "Let me look.", "A file may say.", calls, "stop", Usage(), Timings()),
        ToolCalled(1, "c1", "read", {"path": "a.txt"}),
        ToolResult("c1", "ok", "```\ninside\n```"),
    ]
    run = WholeRun(record, tuple(Entry(5, n, DAY, event) for n, event in enumerate(entries, 1)))
    answer = said(2, "assistant", "It says so.", 1, run=5, tool_calls=calls)
    found = text(chat(said(1, "user", "?"), answer, runs=(run,)))
    order = [
        found.index(part) for part in ("A file may", "Let me look.", "Tool: read", "````\n```", "It says")
    ]
    assert order == sorted(order) and found.count("Tool: read") == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\n```py\nx", "a\n```py\nx\n```"),
        ("~~~~\nx\n~~~", "~~~~\nx\n~~~\n~~~~"),
        ("```\nx\n```", "```\nx\n```"),
        ("``` a ``` b", "``` a ``` b"),
        ("```\nx\n``` no\n````\nrest", "```\nx\n``` no\n````\nrest"),
    ],
)
def test_an_open_code_block_does_not_take_what_follows(before: str, after: str) -> None:
    assert whole(before) == after


def test_no_text_ends_the_fold_or_the_fence_that_it_is_in() -> None:
    found = text(chat(said(1, "assistant", "a", reasoning="x</details>y")))
    assert found.count("</details>") == 1
    assert fenced("a\n````\nb").startswith("`````\n")


def test_titles_and_errors_are_plain_words() -> None:
    failed = said(1, "assistant", "", error=ErrorInfo("engine.no_model"))
    found = text(chat(failed, title="<script>*x*\n# y"))
    assert found.startswith("# \\<script\\>\\*x\\* \\# y\n")
    assert len([line for line in found.splitlines() if line.startswith("# ")]) == 1
    assert "*" in found.splitlines()[-1]


def test_a_chat_of_nothing_has_a_title() -> None:
    assert text(chat(title="")).startswith("# Untitled chat\n")


def test_what_was_attached_is_named_in_front_of_the_words() -> None:
    files = (Attachment("lease *1*.pdf", "pdf", 9, "a" * 64), Attachment("b.png", "picture", 1))
    written = text(chat(said(1, "user", "Are cats allowed?", attachments=files)))
    assert "\n*Attached: lease \\*1\\*.pdf, b.png*\n\nAre cats allowed?\n" in written


SOURCES = (
    Source(1, "lease *1*.pdf", "The rent\n is 500", "", "", 2, "page 2"),
    Source(2, "note.txt", "Not cited"),
    Source(3, "deck.pptx", "", "a" * 64, label="slide 4"),
    Source(4, "A page", "Its words", label="a.example", url="https://a.example/p"),
)


def test_what_answers_cite_is_listed_at_the_end() -> None:
    asked = said(1, "user", "How much?", sources=SOURCES)
    answered = said(2, "assistant", "500 [1]. See `x[2]` and [3, 9, 4].", parent=1)
    more = said(3, "user", "And [2]?", parent=2)
    written = text(chat(asked, answered, more))
    assert "500 [1]. See" in written
    assert written.endswith(
        "\n### Sources\n\n- \\[1\\] lease \\*1\\*.pdf, page 2: The rent is 500\n- \\[3\\] deck.pptx, slide 4\n"
        "- \\[4\\] A page, https://a.example/p: Its words\n"
    )
    assert "Sources" not in text(chat(asked, said(2, "assistant", "500", parent=1)))
