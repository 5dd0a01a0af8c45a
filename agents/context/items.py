"""Items of a history."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from agents.events import ResultStatus
from engine.values import Picture


class Words(msgspec.Struct, frozen=True):
    """Text for the model, from the user or from the run.

    "task" and "user" are the user's own and never shortened; "nudge" and "final" are ours, "go_on" takes up a
    run that was at its end, "undone" tells what the user took back, "hook" what one of their hooks said.
    """

    text: str
    kind: Literal["task", "user", "nudge", "final", "go_on", "undone", "hook"]
    media: tuple[Picture, ...] = ()

    @property
    def of_user(self) -> bool:
        return self.kind in ("task", "user", "undone")


class Asked(msgspec.Struct, frozen=True):
    """What the user said in a chat before the task. It is numbered with the turns, and goes as they go."""

    number: int
    text: str
    media: tuple[Picture, ...] = ()

    @property
    def is_shown(self) -> bool:
        return bool(self.text.strip() or self.media)


class Result(msgspec.Struct, frozen=True):
    """The result of a call as it is shown.

    `handle` names the whole text, "" where this is the whole; `trims` counts how often it was shortened since
    it came in.
    """

    text: str
    status: ResultStatus
    untrusted: bool = False
    handle: str = ""
    trims: int = 0


class Call(msgspec.Struct, frozen=True):
    """A call of a turn. `left_out`: it is taken out of what the model sees, with its result."""

    call: str
    name: str
    arguments: dict[str, Any] | str
    result: Result | None = None
    left_out: bool = False


class TurnItem(msgspec.Struct, frozen=True):
    """A turn of the model; `number` counts the turns of the run from 1, `failed` ones included: they broke
    off or were canceled.

    What was said in a chat before the task comes first in this count, with `step` 0. `cut`: it reached the
    end of its length.
    """

    number: int
    step: int
    content: str
    reasoning: str
    calls: tuple[Call, ...] = ()
    failed: bool = False
    cut: bool = False

    @property
    def shown_calls(self) -> tuple[Call, ...]:
        return tuple(call for call in self.calls if not call.left_out)

    @property
    def is_shown(self) -> bool:
        """Whether the model sees the turn: not when it failed, said nothing, or all its calls were removed."""
        if self.calls:
            return bool(self.shown_calls)
        return bool(self.content.strip()) and not self.failed


# Items that can be left out of what the model sees, the oldest first.
Said = Asked | TurnItem
Item = Words | Said
