"""What a model sees is a function of the events."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.budget import Budget
from agents.context import prompts
from agents.context.history import History
from agents.context.rendering import rendered
from agents.context.schemas import told
from agents.events import (
    ContextTrimmed,
    FileChange,
    RunEvent,
    RunResumed,
    ToolCalled,
    Undone,
    decoded,
)
from engine.errors import ErrorInfo, UserError
from engine.values import Message, ToolCall
from tests.support.agents.made_runs import NamedTool, called, nudge, result, started, step, steps, turn
from tests.support.models.real_templates import real_formats


def roles(history: History) -> list[str]:
    return [message.role for message in rendered(history)]


def test_the_first_message_is_the_systems_and_the_second_the_task() -> None:
    messages = rendered(History.of([started("Count the files.")]))
    assert [(m.role, m.content) for m in messages] == [
        ("system", started().system),
        ("user", "Count the files."),
    ]


def test_a_call_is_followed_by_its_result_under_the_same_id() -> None:
    history = History.of([started(), *step(1, "five files", content="Let me look.")])
    said, brought = rendered(history)[2:]
    assert (said.content, said.tool_calls[0].id, said.tool_calls[0].arguments) == (
        "Let me look.",
        "c1",
        {"path": "c1.txt"},
    )
    assert (brought.role, brought.tool_call_id, brought.name, brought.content) == (
        "tool",
        "c1",
        "read_file",
        "five files",
    )


def test_results_of_one_turn_stand_in_the_order_of_its_calls_whatever_came_first() -> None:
    events = [started(), turn(1, calls=("a", "b")), called(1, "a"), called(1, "b"), result("b"), result("a")]
    assert [m.tool_call_id for m in rendered(History.of(events)) if m.role == "tool"] == ["a", "b"]


def test_words_of_the_user_that_came_between_a_call_and_its_result_stand_behind_it() -> None:
    events = [
        started(),
        turn(1, calls=("a",)),
        called(1, "a"),
        RunResumed(Budget(), "Be quick."),
        result("a"),
    ]
    messages = rendered(History.of(events))
    assert [m.role for m in messages] == ["system", "user", "assistant", "tool", "assistant", "user"]
    assert messages[-1].content == "Be quick."


def test_a_call_without_a_result_says_that_it_was_not_carried_out() -> None:
    history = History.of([started(), turn(1, calls=("a",)), called(1, "a")])
    assert rendered(history)[-1].content == prompts.NOT_CARRIED_OUT


def test_a_turn_that_broke_off_or_was_given_up_is_not_seen() -> None:
    events = [
        started(),
        turn(1, "Half a", error=ErrorInfo("engine.lost")),
        turn(1, "Half b", finish="cancelled"),
        turn(1, "Whole"),
    ]
    assert [m.content for m in rendered(History.of(events))][2:] == ["Whole"]


def test_an_empty_turn_is_not_seen_and_the_nudge_joins_the_task() -> None:
    history = History.of([started("Task."), turn(1), nudge("Say something.")])
    assert rendered(history)[-1] == Message("user", "Task.\n\nSay something.")


def test_reasoning_is_shown_behind_the_last_words_only() -> None:
    history = History.of([started(), *step(1, reasoning="one"), nudge(), *step(2, reasoning="two")])
    assert [m.reasoning_content for m in rendered(history) if m.tool_calls] == ["", "two"]
    history.add(ContextTrimmed("reasoning", turns=2))
    assert not any(m.reasoning_content for m in rendered(history))


def test_repeats_are_taken_out_with_their_results() -> None:
    history = History.of(
        [started(), *steps(3), ContextTrimmed("loop", calls=("c2", "c3"), text="Not again.")]
    )
    assert [m.tool_call_id for m in rendered(history) if m.role == "tool"] == ["c1"]
    assert rendered(history)[-1].content == "Not again."


def test_turns_that_are_left_out_are_stood_for_by_their_summary_as_data() -> None:
    events: list[RunEvent] = [
        started("Task."),
        *step(1),
        nudge("Psst."),
        RunResumed(Budget(), "And quickly."),
        *step(2),
    ]
    history = History.of([*events, *step(3), ContextTrimmed("turns", turns=2, text="You read two files.")])
    opening = rendered(history)[1].content
    assert roles(history) == ["system", "user", "assistant", "tool"]
    assert opening.startswith("Task.\n\nAnd quickly.\n\n[text from your older steps")
    assert "You read two files." in opening and "Psst." not in opening


def test_a_shortened_result_shows_its_new_text_and_names_the_whole() -> None:
    trim = ContextTrimmed("results", calls=("c1",), texts=("head [...] tail",), handles=("r7",))
    history = History.of([started(), *step(1, "a long text"), trim])
    assert rendered(history)[-1].content == "head [...] tail"
    shown = history.shown_turns[0].calls[0].result
    assert shown is not None and (shown.handle, shown.trims) == ("r7", 1)


def test_resuming_after_an_answer_without_words_says_to_go_on() -> None:
    assert (
        rendered(History.of([started(), turn(1, "Done."), RunResumed(Budget())]))[-1].content == prompts.GO_ON
    )
    assert roles(History.of([started(), *step(1), RunResumed(Budget())]))[-1] == "tool"


def test_the_model_is_told_which_changes_were_taken_back() -> None:
    undone = Undone(("c1",), (FileChange("notes.txt", "new"),))
    assert "notes.txt" in rendered(History.of([started(), *step(1), turn(2, "Done."), undone]))[-1].content


def test_a_call_that_cannot_be_read_keeps_its_text() -> None:
    events = [
        started(),
        turn(1, calls=("a",)),
        ToolCalled(1, "a", "", '{"path": '),
        result("a", status="error"),
    ]
    message = rendered(History.of(events))[2]
    assert (message.tool_calls[0].name, message.tool_calls[0].arguments) == ("unknown", '{"path": ')


EVENTS = st.one_of(
    st.builds(lambda n, t, r: step(n, t, reasoning=r), st.integers(1, 9), st.text(max_size=9), st.just("hm")),
    st.builds(lambda t: [nudge(t or "?")], st.text(max_size=9)),
    st.builds(lambda t: [turn(1, t)], st.text(max_size=9)),
    st.builds(lambda t: [RunResumed(Budget(), t)], st.text(max_size=9)),
    st.builds(lambda n: [ContextTrimmed("turns", turns=n, text="old")], st.integers(0, 12)),
    st.builds(lambda n: [ContextTrimmed("loop", calls=(f"c{n}",))], st.integers(1, 9)),
    st.just([ContextTrimmed("final", text="Answer now.")]),
    st.just([turn(2, "broken", error=ErrorInfo("engine.lost"))]),
)
RUNS = st.lists(EVENTS, max_size=12).map(lambda parts: [event for part in parts for event in part])


@given(RUNS)
def test_users_and_models_take_turns_and_no_call_is_without_a_result(events: list[RunEvent]) -> None:
    messages = rendered(History.of([started(), *events]))
    open_calls: list[str] = []
    for before, message in pairwise(messages):
        if message.role == "tool":
            assert open_calls.pop(0) == message.tool_call_id
            continue
        assert not open_calls
        assert message.role != before.role
        assert (before.role, message.role) != ("tool", "user")
        open_calls = [call.id for call in message.tool_calls]
    assert not open_calls
    assert messages[1].content.startswith("Tidy the folder.")


@given(RUNS)
def test_live_and_replayed_are_the_same(events: list[RunEvent]) -> None:
    live = History()
    for event in [started(), *events]:
        live.add(event)
    replayed = History.of(decoded(msgspec.json.encode(event)) for event in [started(), *events])
    assert rendered(replayed) == rendered(live)


def test_every_real_template_takes_every_kind_of_history() -> None:
    events: list[RunEvent] = [
        started(),
        *steps(2),
        nudge("Nudged."),
        *step(3),
        turn(4),
        RunResumed(Budget(), "Also this."),
        turn(5, calls=("x", "y")),
        called(5, "x"),
        called(5, "y"),
        result("x"),
        result("y"),
        ContextTrimmed("final", text="Answer now."),
    ]
    trims = ([], [ContextTrimmed("loop", calls=("c2",))], [ContextTrimmed("turns", turns=2, text="old")])
    histories = [rendered(History.of([*events, *trim])) for trim in trims]
    # In a chat, behind calls, several at a time, and a question that nobody answered.
    made = (ToolCall("x", "read_file", {"path": "a"}), ToolCall("y", "read_file", {"path": "b"}))
    before = (
        Message("user", "Look."),
        Message("assistant", "I look.", tool_calls=made),
        Message("tool", "one", tool_call_id="x", name="read_file"),
        Message("tool", "two", tool_call_id="y", name="read_file"),
        Message("assistant", "Both are there."),
        Message("user", "Are you there?"),
    )
    in_chat = [started(before=before), *events[1:]]
    histories += [rendered(History.of([*in_chat, *trim])) for trim in trims]
    tools = [told(NamedTool("read_file", path="Which."), "whole")]
    refused = []
    for name, format in real_formats().items():
        for messages in histories:
            try:
                assert "Answer now." in format.render(messages, tools).text
            except UserError as error:
                refused.append((name, error))
    assert not refused


@pytest.mark.parametrize("path", ["notes.txt", "ㅁ" * 50])
def test_taking_back_many_files_is_told_in_few_words(path: str) -> None:
    assert (
        prompts.undone([path] * 500).endswith("as they were before.")
        and len(prompts.undone([path] * 500)) < 1500
    )
