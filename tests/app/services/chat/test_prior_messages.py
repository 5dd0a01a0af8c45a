"""What a run that answers in a chat is told of it, and what its own end makes of the answer."""

from __future__ import annotations

from typing import Any

import msgspec

from agents.budget import Budget
from agents.events import Entry, ModelTurn, RunEvent, RunFinished, RunStarted
from app.services.chat.prior_messages import before_of
from app.services.chat.prompting import NOT_CARRIED_OUT
from app.services.chat.run_ending import answer_of, ending_of
from app.services.runs.totals import timings_of, usage_of
from app.store.records import Message
from engine import values
from engine.errors import ErrorInfo
from engine.values import Timings, ToolCall, Usage

EDITED, TOOLS = (
    ErrorInfo("reuse.edited", {"turn": 2, "tokens": 900}),
    ErrorInfo("reuse.tools", {"tokens": 40}),
)
STEP = [
    values.Message("assistant", "", tool_calls=(ToolCall("c1", "list_files", {}),)),
    values.Message("tool", "notes.txt", tool_call_id="c1", name="list_files"),
]


def said(id: int, role: Any, content: str, **more: Any) -> Message:
    return Message(id, 1, id - 1 or None, role, content, "", "done", 0.0, **more)


def steps(record: Message) -> list[values.Message]:
    return STEP if record.run else []


def entries(*events: RunEvent) -> list[Entry]:
    return [Entry(1, number, float(number), event) for number, event in enumerate(events, 1)]


def turn(step: int, tokens: int = 10, finish: Any = "stop", **more: Any) -> ModelTurn:
    usage = Usage(prompt_tokens=100, completion_tokens=tokens)
    timings = Timings(load_s=float(step), ttft_s=float(step), decode_tps=10.0 * step, prefill_tps=50.0)
    return ModelTurn(step, "text", "", (), finish, usage, timings, **more)


STARTED = RunStarted("Do it.", "/w", "m", "ask", Budget(), (), "", 4096)


def test_the_steps_of_an_answer_stand_in_front_of_its_words() -> None:
    path = [said(1, "user", "Look."), said(2, "assistant", "One file.", run=7), said(3, "user", "And?")]
    assert [(m.role, m.content) for m in before_of(path, steps)] == [
        ("user", "Look."),
        ("assistant", ""),
        ("tool", "notes.txt"),
        ("assistant", "One file."),
        ("user", "And?"),
    ]


def test_calls_that_were_only_offered_get_a_result_that_says_so_and_empty_answers_are_left_out() -> None:
    path = [
        said(1, "user", "Weather?"),
        said(2, "assistant", "", tool_calls=(ToolCall("a", "weather", {}),)),
        said(3, "assistant", ""),
    ]
    told = before_of(path, steps)
    assert [m.role for m in told] == ["user", "assistant", "tool", "assistant"]
    assert told[2].content == NOT_CARRIED_OUT


def test_of_a_long_chat_the_oldest_answers_lose_their_steps_and_then_the_oldest_words_go() -> None:
    path = [said(n, "assistant", f"answer {n} " + "x" * 90, run=n) for n in range(1, 6)]
    told = before_of(path, steps, most=560)
    assert told[0].role == "user" and "left out" in told[0].content
    kept = [m.content.split(" x")[0] for m in told if m.content.startswith("answer")]
    assert kept == [f"answer {n}" for n in range(6 - len(kept), 6)] and 1 < len(kept) < 5
    roles = [m.role for m in told[1:]]
    assert roles[-3:] == ["assistant", "tool", "assistant"] and roles.count("tool") < len(kept)


def test_an_answer_has_the_tokens_of_all_its_turns_and_the_mean_of_their_speeds() -> None:
    ended = ending_of(
        5, entries(STARTED, turn(1), turn(2, 40), RunFinished("completed", "answered", "All of it."))
    )
    assert (ended.id, ended.reason, ended.error, ended.notices) == (5, "stop", None, ())
    assert (ended.usage.prompt_tokens, ended.usage.completion_tokens) == (200, 50)
    assert (ended.timings.ttft_s, ended.timings.load_s) == (1.0, 1.0)
    assert ended.timings.decode_tps == 50 / (10 / 10 + 40 / 20)
    assert ending_of(5, entries(STARTED, turn(1, finish="length"), _answered())).reason == "length"


def _answered() -> RunFinished:
    return RunFinished("completed", "answered", "All of it.")


def test_why_a_run_ended_is_told_where_nobody_wanted_it_to() -> None:
    lost = RunFinished("failed", "model", "", error=ErrorInfo("engine.lost"))
    assert ending_of(5, entries(STARTED, lost)).error == ErrorInfo("engine.lost")
    steps = ending_of(5, entries(STARTED, RunFinished("stopped", "steps", "So far.")))
    assert (steps.reason, steps.error, steps.notices) == ("cancelled", None, (ErrorInfo("run.ended_steps"),))
    assert ending_of(5, entries(STARTED, RunFinished("stopped", "user", ""))).notices == ()
    assert ending_of(5, entries(STARTED)).error == ErrorInfo("run.unsaved")


def test_the_text_is_the_last_word_or_what_was_streamed_of_a_turn_that_did_not_end() -> None:
    assert answer_of(entries(STARTED, _answered()), "All of") == "All of it."
    assert answer_of(entries(STARTED, _answered()), "", "Kept. ") == "Kept. All of it."
    assert answer_of(entries(STARTED, RunFinished("stopped", "user", "Older.")), "Half a") == "Half a"
    assert answer_of([], "Half a") == "Half a"


def test_the_usage_of_an_answer_is_that_of_its_turns_and_tells_where_most_was_read_again() -> None:
    turns = [
        msgspec.structs.replace(turn(1), usage=Usage(100, 20, 10, recomputed=TOOLS)),
        msgspec.structs.replace(turn(2), usage=Usage(1000, 30, 20, 0, 8, 6, EDITED)),
        turn(3),
    ]
    assert usage_of(turns) == Usage(1200, 50, 40, 0, 8, 6, EDITED)
    assert usage_of([turn(1)]).recomputed is None


def test_the_times_of_an_answer_are_added_and_its_batch_is_the_mean_over_them() -> None:
    turns = [
        msgspec.structs.replace(turn(1), timings=Timings(queue_s=1.0, decode_s=3.0, batch=1.0)),
        msgspec.structs.replace(turn(2), timings=Timings(queue_s=0.5, decode_s=1.0, batch=3.0)),
    ]
    found = timings_of(turns)
    assert (found.queue_s, found.decode_s, found.batch) == (1.5, 4.0, 1.5)
