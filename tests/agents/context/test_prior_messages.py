"""What was said in a chat before a run's task: in front of it, trimmed with the rest, and told on to the next run."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.context import prompts
from agents.context.budget import shares
from agents.context.fitting import fit
from agents.context.followup import steps_of
from agents.context.history import History
from agents.context.rendering import rendered
from agents.context.token_counter import Meter
from agents.events import Entry, FileChange, RunEvent, Undone
from agents.run.state import RunState
from engine.values import Message, ToolCall
from tests.support.agents.counting import ByteBrain
from tests.support.agents.journals import ListJournal
from tests.support.agents.made_runs import NamedTool, nudge, started, step, turn
from tests.support.agents.runs import Bench
from tests.support.agents.runs import started as run_started
from tests.support.agents.scripted_brain import NotedTool, ScriptedBrain, calls, says

TOOLS = (NamedTool("read_file", "Read a file.", path="Which."),)


def exchange(
    number: int, question: str = "What is in it?", result: str = "text", answer: str = "Text."
) -> list[Message]:
    call = ToolCall("c1", "read_file", {"path": f"{number}.txt"})
    return [
        Message("user", f"{number}: {question}"),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", result, tool_call_id="c1", name="read_file"),
        Message("assistant", answer),
    ]


def chat(count: int, **more: str) -> tuple[Message, ...]:
    return tuple(message for number in range(count) for message in exchange(number, **more))


def order(messages: tuple[Message, ...]) -> None:
    """What every template takes: system, then user and model in turn, each call with its result."""
    roles = [message.role for message in messages]
    assert roles[:2] == ["system", "user"]
    open_calls: list[str] = []
    for before, message in itertools.pairwise(messages):
        if message.role == "tool":
            assert message.tool_call_id == open_calls.pop(0)
            continue
        assert not open_calls
        assert not (message.role == "user" and before.role in ("user", "tool"))
        assert not (message.role == "assistant" and before.role == "assistant")
        open_calls = [call.id for call in message.tool_calls]
    assert not open_calls


def test_it_stands_in_front_of_the_task_and_calls_keep_their_results_under_names_of_their_own() -> None:
    messages = rendered(History.of([started(before=chat(2)), *step(1)]))
    order(messages)
    ids = [call.id for message in messages for call in message.tool_calls]
    assert ids == ["e1", "e2", "c1"]
    assert [m.content for m in messages if m.role == "user"] == [
        "0: What is in it?",
        "1: What is in it?",
        "Tidy the folder.",
    ]


def test_a_question_without_an_answer_is_joined_with_the_task() -> None:
    messages = rendered(History.of([started(before=(Message("user", "Are you there?"),))]))
    assert [m.content for m in messages][1:] == ["Are you there?\n\nTidy the folder."]


def test_old_results_are_shortened_and_then_the_oldest_words_become_a_few_lines() -> None:
    history = History.of([started(before=chat(60, result="line\n" * 400))])
    made = fit(history, Meter(ByteBrain()), TOOLS, ListJournal(), 4096)
    assert [trim.reason for trim in made.trims] == ["results", "turns"]
    assert made.tokens <= shares(4096).room
    order(made.messages)
    assert rendered(history.after(made.trims)) == made.messages
    text = "\n".join(message.content for message in made.messages)
    assert made.messages[-1].content == "Tidy the folder." and "59: What is in it?" in text
    assert "before the task" in made.messages[1].content and "\n0: What is in it?" not in text


def test_long_words_of_the_user_go_too_unless_they_are_the_task() -> None:
    before = (Message("user", "word " * 8000), Message("user", "Hello?"))
    made = fit(History.of([started(before=before)]), Meter(ByteBrain()), TOOLS, ListJournal(), 4096)
    order(made.messages)
    assert made.tokens <= shares(4096).room and "Tidy the folder." in made.messages[-1].content


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["user", "assistant", "step"]), st.integers(0, 4000)), max_size=30),
    st.integers(0, 6),
    st.sampled_from([2048, 4096]),
)
def test_whatever_was_said_before_it_fits_in_an_order_that_templates_take(
    said: list[tuple[str, int]], taken: int, context: int
) -> None:
    before: list[Message] = []
    for kind, length in said:
        text = ("word " * length)[:length]
        if kind == "step":
            before += exchange(length, result=text)
        else:
            before.append(Message(kind, text))  # type: ignore[arg-type]
    events: list[RunEvent] = [started(before=tuple(before), context=context)]
    for number in range(1, taken + 1):
        events += step(number, "done " * 200)
    history = History.of(events)
    made = fit(history, Meter(ByteBrain(context)), TOOLS, ListJournal(), context)
    assert made.tokens <= shares(context).room
    assert rendered(history.after(made.trims)) == made.messages
    if not said or said[0][0] != "assistant":
        order(made.messages)


def test_a_run_sees_what_was_said_before_and_is_careful_where_that_came_from_outside(tmp_path: Path) -> None:
    read = NotedTool("read_file")
    bench = Bench(tmp_path, ScriptedBrain(calls(("read_file", {})), says("Done.")), (read,))
    bench.run().go(run_started("And now?", before=chat(1), tainted=True))
    roles = [message.role for message in bench.chat_model.asks[-1].messages]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user", "assistant", "tool"]
    assert bench.state().tainted and RunState.of(bench.journal.entries()).tainted


def test_a_summary_of_the_model_is_told_what_was_said_before() -> None:
    class Summing(ByteBrain):
        wishes: list[str] = []  # noqa: RUF012

        def stream(self, ask, on_text, cancelled):  # type: ignore[no-untyped-def]
            self.wishes.append(ask.messages[-1].content)
            return says("The user asked for sixty files and got their texts, one after the other.")

    history = History.of([started(before=chat(120, answer="It says text. " * 40), context=16384)])
    made = fit(history, Meter(Summing(16384)), TOOLS, ListJournal(), 16384)
    assert any(trim.by_model for trim in made.trims)
    assert "The user said before: 0: What is in it?" in Summing.wishes[0]
    assert "You said before: It says text." in Summing.wishes[0]


def entries(*events: RunEvent) -> list[Entry]:
    return [Entry(1, number, float(number), event) for number, event in enumerate(events, 1)]


def test_the_steps_of_a_run_are_told_on_without_its_task_its_nudges_and_its_last_words() -> None:
    journal = entries(
        started(before=chat(1)), *step(1, "found it", "I look.", untrusted=True), nudge(), turn(2, "Done.")
    )
    told = steps_of(journal, lambda text: "r1")
    assert [message.role for message in told] == ["assistant", "tool"]
    assert told[0].content == "I look." and told[0].tool_calls[0].id == told[1].tool_call_id
    assert told[1].content == "[text from read_file]\nfound it\n[end of text]"


@pytest.mark.parametrize(("handle", "kept"), [("r7", []), ("", ["x" * 9000])])
def test_a_long_result_is_told_on_as_head_and_tail_with_the_handle_it_has(
    handle: str, kept: list[str]
) -> None:
    found: list[str] = []

    def keep(text: str) -> str:
        found.append(text)
        return "r7"

    journal = entries(started(), *step(1, "x" * 9000, handle=handle))
    (_, result) = steps_of(journal, keep)
    assert found == kept and len(result.content) < 2500
    assert 'read_result(handle="r7"' in result.content


def test_what_the_user_took_back_is_told_on() -> None:
    journal = entries(started(), *step(1), Undone(("c1",), (FileChange("a.txt", "changed"),)))
    assert steps_of(journal, str)[-1] == Message("user", prompts.undone(["a.txt"]))


def test_what_the_user_wants_after_all_is_not_told_as_taken_back() -> None:
    changes = (FileChange("a.txt", "changed"),)
    journal = entries(started(), *step(1), Undone(("c1",), changes), Undone(("c1",), changes, redo=True))
    *_, back, after_all = steps_of(journal, str)
    assert "taken back" in back.content and "taken back" not in after_all.content
    assert "a.txt" in after_all.content and "as your calls had left them" in after_all.content
