"""The agent check: right and wrong answers are told apart, and time ends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jsonschema
import pytest

from agents.brain import Ask, Measured, OnText, Turn
from agents.check.check import FEWEST, Checked, check, rated
from agents.check.tasks import TASKS, TOOLS, CheckTask, is_passed
from engine.api import ToolCall
from engine.errors import ErrorInfo, UserError

RIGHT = {"restrain": "Bonjour!", "nothing to call": "Elephant.", "answer": "It is -7 and snowing."}


class Answering:
    """A brain that gives each task what `answer` says."""

    name, remote = "scripted", False

    def __init__(self, answer: Callable[[CheckTask], Turn]) -> None:
        self._answer = answer
        self.asks: list[Ask] = []

    def ready(self) -> int:
        return 4096

    def measure(self, ask: Ask, texts: Sequence[str] = ()) -> Measured:
        return Measured(1, (1,) * len(texts))

    def turn(self, ask: Ask, on_text: OnText, cancelled: Callable[[], bool]) -> Turn:
        self.asks.append(ask)
        return self._answer(next(task for task in TASKS if task.messages == ask.messages))


def right(task: CheckTask) -> Turn:
    calls = []
    for number, (name, wanted) in enumerate(task.calls):
        arguments = {
            key: value.split("|")[0] if isinstance(value, str) else value for key, value in wanted.items()
        }
        calls.append(ToolCall(f"c{number}", name, arguments))
    return Turn(RIGHT.get(task.name, ""), tool_calls=tuple(calls))


def test_each_task_can_be_done_and_its_right_call_fits_the_tools_schema() -> None:
    for task in TASKS:
        turn = right(task)
        assert is_passed(task, turn), task.name
        for call in turn.tool_calls:
            assert call.name in task.tools
            jsonschema.validate(call.arguments, TOOLS[call.name]["function"]["parameters"])


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda turn: Turn("I would call a tool."),
        lambda turn: Turn(tool_calls=(*turn.tool_calls, ToolCall("x", "calculator", {"expression": "1"}))),
        lambda turn: Turn(
            turn.content,
            tool_calls=tuple(ToolCall(c.id, "delete_file", {"path": "x"}) for c in turn.tool_calls)
            or (ToolCall("x", "delete_file", {"path": "x"}),),
        ),
        lambda turn: Turn(error=ErrorInfo("engine.no_model")),
    ],
    ids=["words", "one too many", "another tool", "error"],
)
def test_what_is_not_asked_for_fails_every_task(spoiled: Callable[[Turn], Turn]) -> None:
    assert not any(is_passed(task, spoiled(right(task))) for task in TASKS)


def test_a_call_with_a_missing_or_malformed_argument_fails() -> None:
    task = next(task for task in TASKS if task.name == "two arguments")
    assert not is_passed(task, Turn(tool_calls=(ToolCall("c", "write_file", {"path": "hello.txt"}),)))
    assert not is_passed(task, Turn(tool_calls=(ToolCall("c", "write_file", '{"path": '),)))


def test_a_good_model_is_told_from_a_poor_one() -> None:
    brain = Answering(right)
    found = check(brain)
    assert found is not None
    assert (found.rating, found.passed, found.total, found.failed) == ("good", len(TASKS), len(TASKS), ())
    assert {ask.reasoning for ask in brain.asks} == {"off"}
    poor = check(Answering(lambda task: Turn("Sure!")))
    assert isinstance(poor, Checked)
    assert (poor.rating, poor.passed) == ("poor", 0)
    assert [rated(passed, 10) for passed in (10, 8, 7, 5, 4, 0)] == [
        "good",
        "good",
        "fair",
        "fair",
        "poor",
        "poor",
    ]


def test_a_slow_model_is_rated_by_what_there_was_time_for() -> None:
    times = iter(range(0, 1000, 40))
    found = check(Answering(right), clock=lambda: float(next(times)))
    assert found is not None
    assert found.total == FEWEST


def test_a_check_can_be_cancelled_and_a_model_that_cannot_answer_is_told() -> None:
    assert check(Answering(right), cancelled=lambda: True) is None
    with pytest.raises(UserError) as caught:
        check(Answering(lambda task: Turn(error=ErrorInfo("engine.no_model"))))
    assert caught.value.code == "engine.no_model"
