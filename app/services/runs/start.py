"""Start of a run, stored beside it until its first event is written, which waits for the model."""

from __future__ import annotations

import msgspec

from agents.budget import Budget
from agents.events import Mode, RunStarted
from app.services.guidance.instructions import Found
from app.services.runs.values import InChat, RunSpec
from app.services.titles import title_from


class RunStart(msgspec.Struct, frozen=True):
    """`started` as it is passed to a run; `tools` as in `RunSpec`."""

    started: RunStarted
    tools: tuple[str, ...] | None

    def kept(self) -> str:
        """Serialize it, for `read_start`."""
        return msgspec.json.encode(self).decode()

    def again(
        self, message: str, budget: Budget | None, mode: Mode | None, model: str, *, plan: bool
    ) -> RunStart:
        """The same with the changes of a person who resumes it, as in `Runs.resume`."""
        was = self.started
        started = msgspec.structs.replace(
            was,
            task=f"{was.task}\n\n{message}" if message else was.task,
            budget=budget or was.budget,
            mode=mode or was.mode,
            model=model or was.model,
            plan=plan or was.plan,
        )
        return RunStart(started, self.tools)


def read_start(text: str) -> RunStart | None:
    """Parse a stored start; None when invalid."""
    try:
        return msgspec.json.decode(text, type=RunStart)
    except msgspec.DecodeError:
        return None


def start_of(wish: RunSpec, task: str, workspace: str, readable: tuple[str, ...], found: Found) -> RunStart:
    """The start of a run by its spec; `task`, `workspace` and `readable` validated, `found` its instructions."""
    chat = wish.chat or InChat()
    started = RunStarted(
        task,
        workspace,
        wish.model,
        wish.mode,
        wish.budget or Budget(),
        (),
        "",
        0,
        reasoning=wish.reasoning,
        recipe=wish.recipe,
        before=chat.before,
        tainted=chat.tainted,
        instructions=chat.instructions,
        sampling=chat.sampling,
        max_tokens=chat.max_tokens,
        media=chat.media,
        collection=wish.collection,
        program=wish.program,
        readable=readable,
        context_wish=wish.context,
        follows=found.follows,
        unfollowed=found.unfollowed,
        skills=tuple(file.skill for file in found.skills),
        nested=found.nested,
        plan=wish.plan,
    )
    return RunStart(started, wish.tools)


def title_of(wish: RunSpec, task: str) -> str:
    """What the run is called; the name of the program that starts it stands in front."""
    title = title_from(wish.title or task)
    return title_from(f"{wish.program}: {title}") if wish.program else title


def with_steps(budget: Budget, steps: int | None) -> Budget:
    """The budget with another number of steps, and calls in proportion."""
    if steps is None:
        return budget
    return msgspec.structs.replace(budget, steps=steps, calls=max(budget.calls, 4 * steps))
