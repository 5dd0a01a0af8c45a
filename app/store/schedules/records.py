"""Schedules: what is carried out at which times, and what became of it."""

from __future__ import annotations

from typing import Literal

import msgspec

from agents.budget import Budget
from agents.events import Mode
from engine.errors import ErrorInfo
from engine.values import Reasoning


class Daily(msgspec.Struct, frozen=True, tag="daily"):
    """At `at` ("08:00", by the clock of this computer) on `days` (0 is Monday), on all where there are none."""

    at: str
    days: tuple[int, ...] = ()


class Every(msgspec.Struct, frozen=True, tag="every"):
    """Every so many minutes, counted from when the schedule was made."""

    minutes: int


class Cron(msgspec.Struct, frozen=True, tag="cron"):
    """Five fields: minute, hour, day of the month, month, day of the week."""

    fields: str


class Once(msgspec.Struct, frozen=True, tag="once"):
    """At one time, in seconds since 1970."""

    at: float


class FolderChange(msgspec.Struct, frozen=True, tag="folder"):
    """When files of the workspace that `pattern` names were changed, once nothing has changed for `quiet` seconds."""

    pattern: str = "**"
    quiet: int = 30


When = Daily | Every | Cron | Once | FolderChange


class Schedule(msgspec.Struct, frozen=True):
    """A run that is started again and again.

    `task` is what is to be done; that of a recipe, filled in with `values`, where it is "". `mode` was chosen by a
    person and is never freer than that. `checked` is the time up to which its times are dealt with (seconds since
    1970). `paused`: nothing is started. `on_battery`: it is also started while the computer is on its battery.
    `timer`: the system starts it while Coterie is closed.
    """

    id: int
    name: str
    task: str
    workspace: str
    when: When
    created: float
    checked: float
    recipe: str = ""
    values: dict[str, str] = {}
    model: str = ""
    mode: Mode = "ask"
    reasoning: Reasoning = "auto"
    tools: tuple[str, ...] | None = None
    budget: Budget | None = None
    paused: bool = False
    on_battery: bool = False
    timer: bool = False


# "claimed": a process is about to start it. "queued": it waits for an answer, and nobody is there to give one.
# "aside": it was at work when the program was closed, and goes on by itself. The rest, but for
# "skipped" and "expired", as of a run.
FiringState = Literal[
    "claimed",
    "running",
    "waiting",
    "queued",
    "aside",
    "paused",
    "completed",
    "stopped",
    "failed",
    "interrupted",
    "skipped",
    "expired",
]
UNDER_WAY: tuple[FiringState, ...] = ("claimed", "running", "waiting", "queued", "aside")


class Firing(msgspec.Struct, frozen=True):
    """One time that a schedule was due.

    `due` is when it should have been, `time` when it was. `run` is 0 where none was started; `reason` says why, or
    why the run has failed. `changed` are some of the files that were the cause. `writer` is the process that has
    claimed it. `seen`: a person has looked at what came of it.
    """

    id: int
    schedule: int
    due: float
    time: float
    state: FiringState
    run: int = 0
    reason: ErrorInfo | None = None
    changed: tuple[str, ...] = ()
    writer: str = ""
    seen: bool = False
