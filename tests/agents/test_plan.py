"""Plans are read from calls and from texts, and compared with what a person approved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.plan import MOST_LETTERS, PlanStep, against, listed, not_done, steps_of, tidied


def test_steps_that_cannot_be_read_are_passed_over() -> None:
    items = [{"text": " Read ", "state": "done"}, {"text": ""}, 3, "Write", {"text": "Ask", "state": "later"}]
    assert steps_of({"items": items}) == (PlanStep("Read", "done"), PlanStep("Write"), PlanStep("Ask"))
    assert steps_of("broken") == steps_of({"items": "Read"}) == ()


@pytest.mark.parametrize(
    ("text", "items"),
    [
        (
            "I looked.\n\n1. Read **a.txt**\n2. Write b.txt\n   in UTF-8\n3) Test",
            ("Read a.txt", "Write b.txt", "Test"),
        ),
        ("Found:\n- one\n- two\n\nPlan:\nStep 1: Read\nStep 2: Write", ("Read", "Write")),
        ("Plan:\n\n- [ ] Read\n\n- [x] Write\n", ("Read", "Write")),
        ("1. 파일 읽기\n2. 요약 쓰기", ("파일 읽기", "요약 쓰기")),
        ("There is one file.", ()),
        ("1. Only this", ()),
        ("", ()),
    ],
)
def test_a_list_in_a_text_is_a_plan(text: str, items: tuple[str, ...]) -> None:
    assert listed(text) == items


def test_approved_steps_are_known_by_their_text_and_else_by_their_place() -> None:
    approved = ("Read a.txt", "Write b.txt", "Run the tests")
    ticked = [
        PlanStep("2. write  B.txt", "done"),
        PlanStep("Read a.txt.", "doing"),
        PlanStep("Clean up", "done"),
    ]
    assert against(approved, ticked) == (
        PlanStep("Read a.txt", "doing"),
        PlanStep("Write b.txt", "done"),
        PlanStep("Run the tests", "done"),
    )
    added = [*ticked[:2], PlanStep("Run the tests"), PlanStep("Clean up", "done")]
    assert against(approved, added)[2:] == (PlanStep("Run the tests"), PlanStep("Clean up", "done"))
    assert not_done(approved, added) == ("Read a.txt", "Run the tests")
    assert not_done(approved, ()) == approved


STEPS = st.lists(
    st.builds(PlanStep, st.text(max_size=8), st.sampled_from(["todo", "doing", "done"])), max_size=6
)


@given(st.lists(st.text(max_size=8), max_size=6), STEPS)
def test_no_approved_step_is_lost_or_moved(approved: list[str], steps: list[PlanStep]) -> None:
    found = against(approved, steps)
    assert [step.text for step in found[: len(approved)]] == approved
    assert len(found) <= len(approved) + len(steps)


@given(st.lists(st.text(max_size=2 * MOST_LETTERS), max_size=4))
def test_a_tidied_step_stands_on_one_line(lines: list[str]) -> None:
    assert all(0 < len(line) <= MOST_LETTERS and len(line.splitlines()) == 1 for line in tidied(lines))
