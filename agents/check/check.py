"""The agent check: measures in half a minute how well a model uses tools."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from agents.api import ChatModel, ModelRequest, ModelResponse, NewText
from agents.check.tasks import TASKS, TOOLS, CheckTask, gone_on, is_done
from engine.errors import UserError
from engine.values import Message, Sampling

SECONDS = 30.0
# A model too slow for all tasks gets at least this many, for at most this many seconds.
FEWEST, MOST_SECONDS = 4, 90.0
# Minimum share of correct tasks for each rating.
GOOD, FAIR = 0.8, 0.5
_MOST_TOKENS = 400  # enough for a thought that cannot be switched off, and a call
_MOST_SAID = 400  # characters; a correct answer is a call or a few words
_TOOLS = tuple(TOOLS.values())

Rating = Literal["good", "fair", "poor"]


class Checked(msgspec.Struct, frozen=True):
    """Result of a check: `passed` of the `total` tasks that there was time for; `failed` names the others."""

    rating: Rating
    passed: int
    total: int
    failed: tuple[str, ...]
    seconds: float


def check(
    chat_model: ChatModel,
    *,
    seconds: float = SECONDS,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
    tasks: Sequence[CheckTask] = TASKS,
) -> Checked | None:
    """Give a model tasks for this many seconds, loading not counted, and at least `FEWEST` of them.

    It is asked as agents ask: it may call or not, and draws the likeliest token, so that the same model gets
    the same rating. Reasoning is off where it can be, as the time is short. None when it was cancelled.
    Raises UserError when the model cannot be asked, and `check.too_slow` when it did not come to the end of
    `FEWEST` tasks in `MOST_SECONDS`.
    """
    chat_model.ready()
    start = clock()

    def over() -> bool:
        return cancelled() or clock() - start > MOST_SECONDS

    done: list[tuple[CheckTask, bool]] = []
    for number, task in enumerate(tasks):
        if number >= FEWEST and clock() - start > seconds:
            break
        right = _is_passed(chat_model, task, over)
        if cancelled():
            return None
        if over():
            break
        done.append((task, right))
        progress(number + 1, len(tasks))
    if len(done) < min(FEWEST, len(tasks)):
        raise UserError("check.too_slow", seconds=int(MOST_SECONDS))
    failed = tuple(task.name for task, right in done if not right)
    return Checked(rated(done), len(done) - len(failed), len(done), failed, clock() - start)


def rated(done: Sequence[tuple[CheckTask, bool]]) -> Rating:
    """The rating for a share of correct tasks.

    A model that never calls correctly, or never leaves tools alone, is poor.
    """
    share = sum(right for _, right in done) / len(done) if done else 0.0
    kinds = {task.calls for task, _ in done}
    if any(not any(right for task, right in done if task.calls is kind) for kind in kinds):
        return "poor"
    return "good" if share >= GOOD else "fair" if share >= FAIR else "poor"


def _is_passed(chat_model: ChatModel, task: CheckTask, over: Callable[[], bool]) -> bool:
    messages = task.messages
    for stage in task.stages:
        turn = _turn(chat_model, messages, over)
        if turn.error is not None:
            raise UserError.from_info(turn.error)
        if not is_done(stage, turn):
            return False
        if stage.result:
            messages = gone_on(messages, stage, turn)
    return True


def _turn(chat_model: ChatModel, messages: tuple[Message, ...], over: Callable[[], bool]) -> ModelResponse:
    """Generate one turn; cancel it when the text grows longer than any task needs."""
    said = 0

    def listen(new: NewText) -> None:
        nonlocal said
        said += len(new.text) if new.channel == "content" else 0

    ask = ModelRequest(
        messages,
        _TOOLS,
        sampling=Sampling(temperature=0.0, seed=1),
        reasoning="off",
        max_tokens=_MOST_TOKENS,
    )
    return chat_model.stream(ask, listen, lambda: said > _MOST_SAID or over())
