"""The agent check: right and wrong answers are told apart, and time ends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jsonschema
import pytest

from agents.api import Measured, ModelRequest, ModelResponse, NewText, OnText
from agents.check.check import FEWEST, Checked, Rating, check, rated
from agents.check.tasks import TASKS, TOOLS, CheckTask, Stage, is_done
from app.messages import messages
from engine.errors import ErrorInfo, UserError
from engine.values import ToolCall

RIGHT = {"restrain": "Bonjour!", "restrain_korean": "코끼리입니다.", "answer": "It is -17 and snowing."}
Answer = Callable[[CheckTask, Stage], ModelResponse]


class Answering:
    """A brain that gives each stage of a task what `answer` says."""

    name, remote = "scripted", False

    def __init__(self, answer: Answer, text: str = "") -> None:
        self._answer, self._text = answer, text
        self.asks: list[ModelRequest] = []
        self.given_up = 0

    def ready(self) -> int:
        return 4096

    def measure(self, ask: ModelRequest, texts: Sequence[str] = ()) -> Measured:
        return Measured(1, (1,) * len(texts))

    def stream(self, ask: ModelRequest, on_text: OnText, cancelled: Callable[[], bool]) -> ModelResponse:
        self.asks.append(ask)
        for word in self._text.split():
            on_text(NewText("content", word))
            if cancelled():
                self.given_up += 1
                break
        task = next(task for task in TASKS if task.messages == ask.messages[: len(task.messages)])
        return self._answer(task, task.stages[(len(ask.messages) - len(task.messages)) // 2])


def right(task: CheckTask, stage: Stage) -> ModelResponse:
    calls = []
    for number, (name, wanted) in enumerate(stage.calls):
        arguments = {
            key: value.split("|")[0] if isinstance(value, str) else value for key, value in wanted.items()
        }
        calls.append(ToolCall(f"c{number}", name, arguments))
    return ModelResponse(RIGHT.get(task.name, ""), tool_calls=tuple(calls))


def silent(task: CheckTask, stage: Stage) -> ModelResponse:
    """A model that answers in words whatever is asked."""
    return ModelResponse(RIGHT.get(task.name, "Sure!"))


def eager(task: CheckTask, stage: Stage) -> ModelResponse:
    """A model that calls whatever is asked."""
    return (
        right(task, stage)
        if stage.calls
        else ModelResponse(tool_calls=(ToolCall("x", "calculator", {"expression": "1"}),))
    )


STAGES = [(task, stage) for task in TASKS for stage in task.stages]


def test_each_task_can_be_done_and_its_right_calls_fit_the_tools_schema() -> None:
    assert {f"tool_check.task.{task.name}" for task in TASKS} == {
        key for key in messages("en") if key.startswith("tool_check.task.")
    }
    for task, stage in STAGES:
        turn = right(task, stage)
        assert is_done(stage, turn), task.name
        for call in turn.tool_calls:
            jsonschema.validate(call.arguments, TOOLS[call.name]["function"]["parameters"])


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda turn: ModelResponse("I would call a tool."),
        lambda turn: ModelResponse(
            tool_calls=(*turn.tool_calls, ToolCall("x", "calculator", {"expression": "1"}))
        ),
        lambda turn: ModelResponse(
            turn.content,
            tool_calls=tuple(ToolCall(c.id, "delete_file", {"path": "x"}) for c in turn.tool_calls)
            or (ToolCall("x", "delete_file", {"path": "x"}),),
        ),
        lambda turn: ModelResponse(error=ErrorInfo("engine.no_model")),
    ],
    ids=["words", "one too many", "another tool", "error"],
)
def test_what_is_not_asked_for_fails_every_stage(spoiled: Callable[[ModelResponse], ModelResponse]) -> None:
    assert not any(is_done(stage, spoiled(right(task, stage))) for task, stage in STAGES)


def test_a_call_with_a_missing_or_malformed_argument_fails() -> None:
    (stage,) = next(task for task in TASKS if task.name == "arguments").stages
    assert not is_done(stage, ModelResponse(tool_calls=(ToolCall("c", "write_file", {"path": "hello.txt"}),)))
    assert not is_done(stage, ModelResponse(tool_calls=(ToolCall("c", "write_file", '{"path": '),)))


def test_a_good_model_is_told_from_a_poor_one() -> None:
    chat_model = Answering(right)
    found = check(chat_model)
    assert found is not None
    assert (found.rating, found.passed, found.total, found.failed) == ("good", len(TASKS), len(TASKS), ())
    assert {(ask.reasoning, ask.choice, ask.sampling.temperature) for ask in chat_model.asks} == {
        ("off", "auto", 0.0)
    }
    assert len({str(ask.tools) for ask in chat_model.asks}) == 1, "read once, kept for all tasks"
    poor = check(Answering(lambda task, stage: ModelResponse("Sure!")))
    assert isinstance(poor, Checked)
    assert (poor.rating, poor.passed) == ("poor", 0)


@pytest.mark.parametrize("answer", [silent, eager])
def test_a_model_that_never_calls_or_always_does_is_poor_whatever_else_it_does_right(answer: Answer) -> None:
    for tasks in (TASKS, TASKS[:FEWEST]):
        found = check(Answering(answer), tasks=tasks)
        assert found is not None and found.rating == "poor" and found.passed > 0


@pytest.mark.parametrize(
    ("wrong", "rating"), [(0, "good"), (2, "good"), (3, "fair"), (5, "fair"), (6, "poor")]
)
def test_the_rating_follows_what_was_done_right(wrong: int, rating: Rating) -> None:
    calling = [task for task in TASKS if task.calls]
    failed = {task.name for task in calling[:wrong]}
    assert rated([(task, task.name not in failed) for task in TASKS]) == rating


def test_two_calls_in_a_row_are_both_asked_for_and_the_second_sees_the_result_of_the_first() -> None:
    chat_model = Answering(right)
    check(chat_model)
    (last,) = [ask.messages for ask in chat_model.asks if "Tuesday" in ask.messages[-1].content]
    assert [message.role for message in last] == ["user", "assistant", "tool"]
    assert last[2].tool_call_id == last[1].tool_calls[0].id


def test_a_model_that_talks_and_talks_is_not_listened_to_for_long() -> None:
    chat_model = Answering(silent, text="word " * 2000)
    assert check(chat_model) is not None
    assert chat_model.given_up == len(TASKS)


def test_a_slow_model_is_rated_by_what_there_was_time_for() -> None:
    seconds = iter(range(0, 1000, 4))
    found = check(Answering(right), clock=lambda: float(next(seconds)))
    assert found is not None
    assert FEWEST <= found.total < len(TASKS) and found.rating == "good"
    with pytest.raises(UserError) as caught:
        seconds = iter(range(0, 10_000, 40))
        check(Answering(right), clock=lambda: float(next(seconds)))
    assert caught.value.code == "check.too_slow"


def test_a_check_can_be_cancelled_and_a_model_that_cannot_answer_is_told() -> None:
    assert check(Answering(right), cancelled=lambda: True) is None
    with pytest.raises(UserError) as caught:
        check(Answering(lambda task, stage: ModelResponse(error=ErrorInfo("engine.no_model"))))
    assert caught.value.code == "engine.no_model"
